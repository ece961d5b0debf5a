import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'

import { HansardError } from '../errors.ts'
import { filesOfManifest } from './manifest.ts'

/** Where an export shall stand. */
export interface Place {
  readonly path: string
  readonly shape: 'file' | 'folder'
  /** The archive it is read from, which must come to no harm. */
  readonly archive: string
  /** Whether an earlier export may be replaced. */
  readonly force: boolean
}

/** The name of the manifest: inside a folder, or beside a file. */
export function manifestPath({ path, shape }: Pick<Place, 'path' | 'shape'>): string {
  return shape === 'folder' ? join(path, 'manifest.json') : `${path}.manifest.json`
}

/**
 * Refuses a place where an export would harm anything but an earlier export.
 *
 * @throws HansardError `usage`, or `file` where there is no folder to write in
 */
export function checkPlace(place: Place): void {
  const { path, shape, force } = place
  refuseMissingFolder(path)
  refuseArchive(place)
  const existing = statSync(path, { throwIfNoEntry: false })
  if (existing === undefined) return
  if (shape === 'file' && existing.isDirectory()) {
    throw refused(`${path} is a folder`, 'Name a file inside it with --output.')
  }
  if (shape === 'folder' && !existing.isDirectory()) {
    throw refused(`${path} is a file, and this format writes a folder`, 'Name a folder with --output.')
  }
  if (shape === 'folder' && readdirSync(path).length === 0) return
  if (!force) {
    throw refused(
      `${path} exists already`,
      'Name another place with --output, or pass --force to replace an earlier export.',
    )
  }
  refuseForeignFiles(place)
}

function refuseMissingFolder(path: string): void {
  const folder = dirname(resolve(path))
  if (existsSync(folder) && statSync(folder).isDirectory()) return
  throw new HansardError('file', `There is no folder ${folder} to write in`, {
    hint: 'Make it first, or name another place with --output.',
  })
}

/** With --force, nothing else would stand between a slip and the loss of the archive. */
function refuseArchive({ path, archive }: Place): void {
  const [output, db] = [real(path), real(archive)]
  const isBeside = ['', '-wal', '-shm', '-journal', '.lock'].some((suffix) => output === db + suffix)
  if (!isBeside && !isInside(output, db) && !isInside(db, output)) return
  throw refused(
    output === db ? `${path} is the archive itself` : `${path} is where the archive is`,
    'Name another place with --output.',
  )
}

/** An export may replace what an earlier one left, as its manifest lists it, and nothing else. */
function refuseForeignFiles(place: Place): void {
  const manifest = manifestPath(place)
  const listed = existsSync(manifest) ? filesOfManifest(readFileSync(manifest, 'utf8')) : undefined
  if (listed === undefined) {
    throw refused(
      `${place.path} was not left by an export: there is no ${basename(manifest)}`,
      'Only an earlier export is replaced. Remove it yourself, or name another place with --output.',
    )
  }
  if (place.shape === 'file') {
    if (listed.includes(basename(place.path))) return
    throw refused(`${manifest} is of another file`, 'Name another place with --output.')
  }
  const known = new Set([...listed, 'manifest.json'])
  const foreign = filesIn(place.path).filter((file) => !known.has(file))
  if (foreign.length === 0) return
  const named = foreign.slice(0, 3).join(', ')
  throw refused(
    `${place.path} holds what no export left there: ${named}${foreign.length > 3 ? ' and more' : ''}`,
    'Move it away, or name another place with --output.',
  )
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder + sep)
}

/** The real path, even of what does not exist yet. */
function real(path: string): string {
  const absolute = resolve(path)
  if (existsSync(absolute)) return realpathSync(absolute)
  const folder = dirname(absolute)
  return folder === absolute ? absolute : join(real(folder), basename(absolute))
}

function refused(message: string, hint: string): HansardError {
  return new HansardError('usage', message, { hint })
}
