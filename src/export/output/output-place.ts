import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync, type Stats } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'

import { HansardError } from '../../errors.ts'
import { listManifestFiles } from './manifest.ts'

/** Where an export shall stand. */
export interface OutputPlace {
  readonly path: string
  readonly shape: 'file' | 'folder'
  /** The archive it is read from, which must come to no harm. */
  readonly archive: string
  /** Whether an earlier export may be replaced. */
  readonly force: boolean
}

/** The name of the manifest: inside a folder, or beside a file. */
export function manifestPath({ path, shape }: Pick<OutputPlace, 'path' | 'shape'>): string {
  return shape === 'folder' ? join(path, 'manifest.json') : `${path}.manifest.json`
}

/**
 * Refuses a place in whose folder nothing can be made, or where the archive is.
 *
 * @throws HansardError `usage`, or `file` where there is no folder to write in
 */
export function checkFolder(place: OutputPlace): void {
  refuseMissingFolder(place.path)
  refuseArchive(place)
}

/**
 * Refuses a place where an export would harm anything but an earlier export.
 *
 * @throws HansardError `usage`, or `file` where there is no folder to write in
 */
export function checkPlace(place: OutputPlace): void {
  const { path, shape, force } = place
  checkFolder(place)
  const existing = lstatSync(path.replace(/(?<=.)\/+$/, ''), { throwIfNoEntry: false })
  if (existing !== undefined) refuseOtherShape(place, existing)
  else if (shape === 'file' && path.endsWith('/')) {
    throw placeError(`${path} can only be a folder, and this format writes a file`, 'Leave out the slash.')
  }
  if (isFree(place, existing)) return
  if (!force) {
    throw placeError(
      `${existing === undefined ? manifestPath(place) : path} exists already`,
      'Name another place with --output, or pass --force to replace an earlier export.',
    )
  }
  refuseForeignFiles(place)
}

function refuseOtherShape({ path, shape }: OutputPlace, existing: Stats): void {
  if (existing.isSymbolicLink())
    throw placeError(`${path} is a link`, 'Name what it points to with --output.')
  if (shape === 'folder' && !existing.isDirectory()) {
    throw placeError(`${path} is no folder, and this format writes one`, 'Name a folder with --output.')
  }
  if (shape === 'file' && existing.isDirectory()) {
    throw placeError(`${path} is a folder`, 'Name a file inside it with --output.')
  }
  if (shape === 'file' && !existing.isFile()) {
    throw placeError(
      `${path} is no file of the usual kind`,
      'Name another place with --output, or - for stdout.',
    )
  }
}

/** An export may be made where nothing is, or in place of an empty folder. */
function isFree(place: OutputPlace, existing: Stats | undefined): boolean {
  if (place.shape === 'folder') return existing === undefined || readdirSync(place.path).length === 0
  return existing === undefined && !existsSync(manifestPath(place))
}

function refuseMissingFolder(path: string): void {
  const folder = dirname(resolve(path))
  if (existsSync(folder) && statSync(folder).isDirectory()) return
  throw new HansardError('file', `There is no folder ${folder} to write in`, {
    hint: 'Make it first, or name another place with --output.',
  })
}

/** With --force, nothing else would stand between a slip and the loss of the archive. */
function refuseArchive(place: OutputPlace): void {
  const { path, archive } = place
  const [output, db, manifest] = [realPath(path), realPath(archive), realPath(manifestPath(place))]
  const ofArchive = ['', '-wal', '-shm', '-journal', '.lock'].map((suffix) => db + suffix)
  if (!ofArchive.includes(output) && !ofArchive.includes(manifest) && !isInside(db, output)) return
  throw placeError(
    output === db ? `${path} is the archive itself` : `${path} is where the archive is`,
    'Name another place with --output.',
  )
}

/** An export may replace what an earlier one left, as its manifest lists it, and nothing else. */
function refuseForeignFiles(place: OutputPlace): void {
  const manifest = manifestPath(place)
  const listed = existsSync(manifest) ? listManifestFiles(readFileSync(manifest, 'utf8')) : undefined
  if (listed === undefined) {
    throw placeError(
      `${place.path} was not left by an export: no ${basename(manifest)} says so`,
      'Only an earlier export is replaced. Remove it yourself, or name another place with --output.',
    )
  }
  if (place.shape === 'file') {
    if (listed.includes(basename(place.path))) return
    throw placeError(`${manifest} is of another file`, 'Name another place with --output.')
  }
  const known = new Set([...listed, 'manifest.json'])
  const foreign = filesIn(place.path).filter((file) => !known.has(file))
  if (foreign.length === 0) return
  const named = foreign.slice(0, 3).join(', ')
  throw placeError(
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
function realPath(path: string): string {
  const absolute = resolve(path)
  if (existsSync(absolute)) return realpathSync(absolute)
  const folder = dirname(absolute)
  return folder === absolute ? absolute : join(realPath(folder), basename(absolute))
}

function placeError(message: string, hint: string): HansardError {
  return new HansardError('usage', message, { hint })
}
