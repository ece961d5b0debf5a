import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterThisTest } from './describe-concurrent.ts'

/** Creates a temporary folder; it is removed after the test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-test-'))
  afterThisTest(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Returns the paths of all files in a folder and its subfolders, sorted. */
export function filesIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return files.map((entry) => join(entry.parentPath, entry.name)).sort()
}
