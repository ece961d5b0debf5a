import { existsSync, lstatSync, readdirSync, type Stats } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import process from 'node:process'

import { HansardError } from '../../errors.ts'
import { LOCK, lockFolder, type FolderLock } from './folder-lock.ts'

/** What an export has in its folder: the files it makes, an earlier export on its way out, the list of files, the manifest. */
const names = ['out', 'old', 'files', 'manifest'] as const

/** What may be in a folder of that name that is an export's. */
const ours = new Set<string>([...names, LOCK])

/** A folder beside a place (`NAME.part`), in which an export is made; ours alone until it ends. */
export class Staging {
  readonly #folder: string
  readonly #lock: FolderLock

  private constructor(folder: string, lock: FolderLock) {
    this.#folder = folder
    this.#lock = lock
  }

  /**
   * Takes the folder, and settles what a killed export has left in it.
   *
   * @throws HansardError `archive-locked` while another export has it, `usage` where it is somebody else's
   */
  static async begin(place: string): Promise<Staging> {
    const folder = `${place}.part`
    refuseOthersFolder(folder)
    const lock = lockFolder(folder)
    if (lock === undefined) {
      throw new HansardError('archive-locked', `Another export is writing to ${place}`, {
        hint: 'Wait until it ends, or name another place with --output.',
      })
    }
    const staging = new Staging(folder, lock)
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
    this.#lock.remove()
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
 * What an export leaves there is a folder of this user, empty or with a lock in it. Anything else would be cleared away,
 * or written through.
 */
function refuseOthersFolder(folder: string): void {
  const existing = lstatSync(folder, { throwIfNoEntry: false })
  if (existing === undefined || (isMine(existing) && existing.isDirectory() && isOurs(folder))) return
  throw new HansardError('usage', `${folder} is in the way: an export is made there before it is moved`, {
    hint: `Move ${basename(folder)} away, or name another place with --output.`,
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

/** It may be gone again, with the export that it belonged to. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw thrown
  }
}
