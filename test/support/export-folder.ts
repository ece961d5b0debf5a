import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'

import type { Manifest } from '../../src/export/output/manifest.ts'

/** An export as it stands on disk: the SHA-256 of each of its files, by path. */
export type Standing = Readonly<Record<string, string>>

/** Reads an export, and fails unless its manifest lists its files as they are and nothing else is there. */
export function wholeExport(path: string): Standing {
  const isFolder = statSync(path).isDirectory()
  const found = isFolder ? hashesIn(path) : { [basename(path)]: hashOf(path) }
  const manifest = isFolder ? join(path, 'manifest.json') : `${path}.manifest.json`
  const listed = (JSON.parse(readFileSync(manifest, 'utf8')) as Manifest).files
  const wrong = listed.filter((file) => found[file.path] !== file.sha256)
  const others = Object.keys(found).filter((file) => !listed.some((each) => each.path === file))
  if (wrong.length + others.length > 0)
    throw new Error(`${path} is not what its manifest says: ${JSON.stringify({ wrong, others })}`)
  return found
}

/** The same of a format of one file whose manifest may be the one of before; undefined where nothing stands. */
export function standing(path: string): Standing | undefined {
  if (!existsSync(path)) return undefined
  return statSync(path).isDirectory() ? wholeExport(path) : { [basename(path)]: hashOf(path) }
}

function hashesIn(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => path !== join(folder, 'manifest.json'))
      .map((path) => [relative(folder, path), hashOf(path)]),
  )
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
