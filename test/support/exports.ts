import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

import type { Archive } from '../../src/archive/archive.ts'
import { exportArchive, type ExportCounts, type ExportOptions } from '../../src/export/export-archive.ts'
import type { Format } from '../../src/export/format.ts'
import { formats, type FormatName } from '../../src/export/formats.ts'
import { stageOutput } from '../../src/export/output/staged-output.ts'
import { testFolder } from './folder.ts'

/** An export that was made for a test. */
export interface Exported extends ExportCounts {
  readonly path: string
  /** The content of each file, by its path inside the export (of a format of one file: by its name). */
  readonly files: Readonly<Record<string, Buffer>>
}

/** Exports an archive into a new place, and reads back all that stands there. */
export async function exported(
  archive: Archive,
  format: FormatName,
  { options = {}, ...rest }: Omit<ExportOptions, 'format'> = {},
): Promise<Exported> {
  const path = join(mkdtempSync(join(testFolder(), 'export-')), 'out')
  const shape = (formats[format] as Format).shape(options)
  const place = { path, shape, archive: '/nowhere/archive.db', force: false }
  const counts = await exportArchive(archive, await stageOutput(place), {
    format,
    options,
    ...rest,
  })
  return { ...counts, path, files: readFiles(path) }
}

function readFiles(path: string): Record<string, Buffer> {
  if (!statSync(path).isDirectory()) {
    return { out: readFileSync(path), 'manifest.json': readFileSync(`${path}.manifest.json`) }
  }
  const found = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = found.map((entry) => join(entry.parentPath, entry.name)).sort()
  return Object.fromEntries(paths.map((file) => [relative(path, file), readFileSync(file)]))
}
