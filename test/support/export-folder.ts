import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'

import type { Manifest } from '../../src/export/output/manifest.ts'
import { filesIn } from './folder.ts'

/** The files of an export on disk: the SHA-256 of each, by path. */
export type Standing = Readonly<Record<string, string>>

/** Reads an export. Throws unless its manifest lists exactly the existing files with their hashes. */
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

/** Reads an export of one file whose manifest may be the previous one; returns undefined if there is no export. */
export function standing(path: string): Standing | undefined {
  if (!existsSync(path)) return undefined
  return statSync(path).isDirectory() ? wholeExport(path) : { [basename(path)]: hashOf(path) }
}

function hashesIn(folder: string): Record<string, string> {
  const files = filesIn(folder).filter((path) => path !== join(folder, 'manifest.json'))
  return Object.fromEntries(files.map((path) => [relative(folder, path), hashOf(path)]))
}

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
