import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync, type Stats } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'

import { HansardError } from '../../errors.ts'
import { listManifestFiles } from './manifest.ts'

/** The place that an export is written to. */
export interface OutputPlace {
  readonly path: string
  readonly shape: 'file' | 'folder'
  /** The path of the archive, which must not be overwritten. */
  readonly archive: string
  /** Replace an earlier export. */
  readonly force: boolean
}

/** Returns the path of the manifest: inside a folder, or beside a file. */
export function manifestPath({ path, shape }: Pick<OutputPlace, 'path' | 'shape'>): string {
  return shape === 'folder' ? join(path, 'manifest.json') : `${path}.manifest.json`
}

/**
 * Refuses a place whose parent folder does not exist, or where the archive is.
 *
 * @throws HansardError `usage`
 */
export function checkFolder(place: OutputPlace): void {
  const folder = dirname(resolve(place.path))
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new HansardError('usage', `The folder ${folder} does not exist`, {
      hint: 'Create it first, or choose another path with --output.',
    })
  }
  refuseArchive(place)
}

/**
 * Refuses a place where an export would replace anything but an earlier export.
 *
 * @throws HansardError `usage`
 */
export function checkPlace(place: OutputPlace): void {
  const { path, shape, force } = place
  checkFolder(place)
  const existing = lstatSync(path.replace(/(?<=.)\/+$/, ''), { throwIfNoEntry: false })
  if (existing !== undefined) refuseOtherShape(place, existing)
  else if (shape === 'file' && path.endsWith('/')) {
    throw placeError(`${path} is the path of a folder, but this format writes a file`, 'Remove the slash.')
  }
  if (isFree(place, existing)) return
  if (!force) {
    throw placeError(
      `${existing === undefined ? manifestPath(place) : path} exists already`,
      'Choose another path with --output, or use --force to replace an earlier export.',
    )
  }
  refuseForeignFiles(place)
}

function refuseOtherShape({ path, shape }: OutputPlace, existing: Stats): void {
  if (existing.isSymbolicLink())
    throw placeError(`${path} is a symbolic link`, 'Use the path of its target with --output.')
  if (shape === 'folder' && !existing.isDirectory()) {
    throw placeError(`${path} is not a folder, but this format writes one`, 'Use --output with a folder.')
  }
  if (shape === 'file' && existing.isDirectory()) {
    throw placeError(`${path} is a folder, but this format writes a file`, 'Use --output with a file.')
  }
  if (shape === 'file' && !existing.isFile()) {
    throw placeError(`${path} is not a regular file`, 'Choose another path with --output, or - for stdout.')
  }
}

/** Returns whether nothing exists there; an empty folder counts as nothing for a folder. */
function isFree(place: OutputPlace, existing: Stats | undefined): boolean {
  if (place.shape === 'folder') return existing === undefined || readdirSync(place.path).length === 0
  return existing === undefined && !existsSync(manifestPath(place))
}

/** Protects the archive, which a wrong path with --force would otherwise overwrite. */
function refuseArchive(place: OutputPlace): void {
  const { path, archive } = place
  const [output, db, manifest] = [realPath(path), realPath(archive), realPath(manifestPath(place))]
  const ofArchive = ['', '-wal', '-shm', '-journal', '.lock'].map((suffix) => db + suffix)
  if (!ofArchive.includes(output) && !ofArchive.includes(manifest) && !db.startsWith(output + sep)) return
  throw placeError(
    output === db ? `${path} is the archive itself` : `${path} belongs to the archive or contains it`,
    'Choose another path with --output.',
  )
}

/** Allows replacing the files that the manifest of an earlier export lists, and nothing else. */
function refuseForeignFiles(place: OutputPlace): void {
  const manifest = manifestPath(place)
  const listed = existsSync(manifest) ? listManifestFiles(readFileSync(manifest, 'utf8')) : undefined
  if (listed === undefined) {
    throw placeError(
      `${place.path} is not an earlier export: it has no ${basename(manifest)}`,
      '--force replaces an earlier export only. Remove it yourself, or choose another path with --output.',
    )
  }
  if (place.shape === 'file') {
    if (listed.includes(basename(place.path))) return
    throw placeError(`${manifest} belongs to another file`, 'Choose another path with --output.')
  }
  const known = new Set([...listed, 'manifest.json'])
  const foreign = filesIn(place.path).filter((file) => !known.has(file))
  if (foreign.length === 0) return
  const named = foreign.slice(0, 3).join(', ')
  throw placeError(
    `${place.path} contains files that are not part of an export: ${named}${foreign.length > 3 ? ' and more' : ''}`,
    'Move them away, or choose another path with --output.',
  )
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
}

/** Returns the real path, also of a file that does not exist yet. */
function realPath(path: string): string {
  const absolute = resolve(path)
  if (existsSync(absolute)) return realpathSync(absolute)
  const folder = dirname(absolute)
  return folder === absolute ? absolute : join(realPath(folder), basename(absolute))
}

function placeError(message: string, hint: string): HansardError {
  return new HansardError('usage', message, { hint })
}
