import { mkdtempSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

import type { Archive } from '../../src/archive/archive.ts'
import { exportArchive, type ExportOptions, type ExportResult } from '../../src/export/export-archive.ts'
import type { FormatName } from '../../src/export/formats.ts'
import { filesIn, testFolder } from './folder.ts'

/** An export that was made for a test. */
export interface Exported extends ExportResult {
  readonly path: string
  /** The content of each file, by its path inside the export; for a format of one file, under `out`. */
  readonly files: Readonly<Record<string, Buffer>>
}

/** Exports an archive into a new place and reads back every file there. */
export async function exported(
  archive: Archive,
  format: FormatName,
  { name = 'out', ...options }: Omit<ExportOptions, 'format' | 'output'> & { readonly name?: string } = {},
): Promise<Exported> {
  const path = join(mkdtempSync(join(testFolder(), 'export-')), name)
  const result = await exportArchive(archive, { ...options, format, output: path })
  return { ...result, path, files: readFiles(path) }
}

function readFiles(path: string): Record<string, Buffer> {
  if (!statSync(path).isDirectory()) {
    return { out: readFileSync(path), 'manifest.json': readFileSync(`${path}.manifest.json`) }
  }
  return Object.fromEntries(filesIn(path).map((file) => [relative(path, file), readFileSync(file)]))
}
