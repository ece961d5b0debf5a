import { existsSync, lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { rename, rm, rmdir } from 'node:fs/promises'
import { basename, join } from 'node:path'

import { lockArchive, type ArchiveLock } from '../archive/lock.ts'
import { HansardError, isHansardError } from '../errors.ts'

/** What an export has in its folder: the files it makes, an earlier export on its way out, the list of files, the manifest. */
const names = ['out', 'old', 'files', 'manifest'] as const

/** How often the folder may be taken away by others as soon as it was made. */
const TRIES = 10

/** A folder beside a place (`NAME.part`), in which an export is made; ours alone until it ends. */
export class Staging {
  readonly #folder: string
  readonly #lock: ArchiveLock

  private constructor(folder: string, lock: ArchiveLock) {
    this.#folder = folder
    this.#lock = lock
  }

  /**
   * Takes the folder, and settles what a killed export has left in it.
   *
   * @param holder how to name this process to others
   * @throws HansardError `archive-locked` while another export has it, `usage` where it is somebody else's
   */
  static async begin(place: string, holder: string): Promise<Staging> {
    const folder = `${place}.part`
    const staging = new Staging(folder, lockFolder(folder, place, holder))
    try {
      await staging.#settle(place)
      return staging
    } catch (thrown) {
      await staging.end()
      throw thrown
    }
  }

  path(name: (typeof names)[number]): string {
    return join(this.#folder, name)
  }

  /** Removes it, and all that is still in it. */
  async end(): Promise<void> {
    await this.#clear()
    await rm(join(this.#folder, '.lock'), { force: true })
    this.#lock.release()
    // Whatever else somebody put there meanwhile is not ours to remove.
    await rmdir(this.#folder).catch(() => undefined)
  }

  /** What was killed between two renames is taken back or finished, so that a whole export stands there. */
  async #settle(place: string): Promise<void> {
    const [out, old, manifest] = [this.path('out'), this.path('old'), this.path('manifest')]
    if (existsSync(old) && !existsSync(place)) await rename(old, place)
    const isFileMoved = existsSync(place) && existsSync(out) && readdirSync(out).length === 0
    if (isFileMoved && existsSync(manifest)) await rename(manifest, `${place}.manifest.json`)
    await this.#clear()
  }

  async #clear(): Promise<void> {
    for (const name of names) await rm(this.path(name), { recursive: true, force: true })
  }
}

/**
 * Makes and locks the folder. An export that ends at this very moment takes lock and folder away, and what was locked
 * then is locked for nobody else: so it is looked at again, and made again.
 */
function lockFolder(folder: string, place: string, holder: string): ArchiveLock {
  for (let tries = 0; tries < TRIES; tries++) {
    makeFolder(folder)
    const before = inodeOfLock(folder)
    const lock = tryToLock(folder, holder)
    if (lock === 'taken') break
    const after = inodeOfLock(folder)
    if (lock !== 'gone' && after !== undefined && (before ?? after) === after) return lock
    if (lock !== 'gone') lock.release()
  }
  throw new HansardError('archive-locked', `Another export is writing to ${place}`, {
    hint: 'Wait until it ends, or name another place with --output.',
  })
}

function tryToLock(folder: string, holder: string): ArchiveLock | 'taken' | 'gone' {
  try {
    return lockArchive(`${folder}/`, holder)
  } catch (thrown) {
    if (isHansardError(thrown, 'archive-locked')) return 'taken'
    if (existsSync(folder)) throw thrown
    return 'gone'
  }
}

/** Not with `recursive`: Node then tries for ever where the file system takes no folders. */
function makeFolder(folder: string): void {
  try {
    return mkdirSync(folder, { mode: 0o700 })
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
  }
  const existing = lstatSync(folder, { throwIfNoEntry: false })
  if (existing === undefined || (existing.isDirectory() && namesIn(folder).every(isOurs))) return
  throw new HansardError('usage', `${folder} is in the way: an export is made there before it is moved`, {
    hint: `Move ${basename(folder)} away, or name another place with --output.`,
  })
}

/** It may be gone again, with the export that it belonged to. */
function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}

function isOurs(name: string): boolean {
  return [...names, '.lock', '.lock-journal'].includes(name)
}

function inodeOfLock(folder: string): number | undefined {
  return lstatSync(join(folder, '.lock'), { throwIfNoEntry: false })?.ino
}
