import { existsSync, lstatSync, readdirSync, type Stats } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import process from 'node:process'

import { HansardError } from '../../errors.ts'
import { LOCK, lockFolder } from './folder-lock.ts'

/** The contents of a staging folder: the new files, the earlier export while it is replaced, the list of files, the manifest. */
const names = ['out', 'old', 'files', 'manifest'] as const

/** The names that may be in a staging folder. */
const ours = new Set<string>([...names, LOCK])

/** The locked folder beside a place (`NAME.part`) in which an export is written. */
export interface Staging {
  path(name: (typeof names)[number]): string
  /** Removes the folder and everything in it. */
  end(): Promise<void>
}

/**
 * Creates and locks the folder, and repairs or removes what a killed export left in it.
 *
 * @throws HansardError `archive-locked` while another export uses it; `usage` if the folder is not one of an export
 */
export async function beginStaging(place: string): Promise<Staging> {
  const folder = `${place}.part`
  refuseOthersFolder(folder)
  const unlock = lockFolder(folder)
  if (unlock === undefined) {
    throw new HansardError('archive-locked', `Another export is writing to ${place}`, {
      hint: 'Wait until it ends, or choose another path with --output.',
    })
  }
  const path: Staging['path'] = (name) => join(folder, name)
  const clear = async () => {
    for (const name of names) await rm(path(name), { recursive: true, force: true })
  }
  const end = async () => {
    await clear()
    unlock()
  }
  try {
    await settle(place, path)
    await clear()
    return { path, end }
  } catch (thrown) {
    await end()
    throw thrown
  }
}

/** Undoes or finishes the renames of a killed export, so that a complete export is in place. */
async function settle(place: string, path: Staging['path']): Promise<void> {
  const [out, old, manifest] = [path('out'), path('old'), path('manifest')]
  if (existsSync(old) && !existsSync(place)) await rename(old, place)
  const isFileMoved = existsSync(place) && existsSync(out) && readdirSync(out).length === 0
  if (isFileMoved && existsSync(manifest)) await rename(manifest, `${place}.manifest.json`)
}

/**
 * Refuses any folder that an export did not leave, since its files would be removed: a staging folder belongs to this
 * user and is empty or contains a lock.
 */
function refuseOthersFolder(folder: string): void {
  const existing = lstatSync(folder, { throwIfNoEntry: false })
  if (existing === undefined || (isMine(existing) && existing.isDirectory() && isOurs(folder))) return
  throw new HansardError('usage', `${folder} exists, but the export needs this name for its staging folder`, {
    hint: `Move ${basename(folder)} away, or choose another path with --output.`,
  })
}

function isOurs(folder: string): boolean {
  const names = namesIn(folder)
  if (names.length === 0) return true
  const lock = lstatSync(join(folder, LOCK), { throwIfNoEntry: false })
  const isLock = lock === undefined || (isMine(lock) && lock.isFile() && lock.size === 0)
  return isLock && names.includes(LOCK) && names.every((name) => ours.has(name))
}

function isMine({ uid }: Stats): boolean {
  const me = process.geteuid?.() // not on Windows
  return me === undefined || uid === me
}

/** Returns no names if the folder was removed meanwhile, by the export that owned it. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw thrown
  }
}
