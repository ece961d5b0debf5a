import { existsSync } from 'node:fs'
import { mkdir, open, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join, posix } from 'node:path'

import { lockArchive, type ArchiveLock } from '../archive/lock.ts'
import { HansardError, isHansardError } from '../errors.ts'
import { FileList } from './file-list.ts'
import type { OutputFile } from './format.ts'
import { manifestText, type Manifest } from './manifest.ts'
import { HashedFile } from './output-file.ts'
import { checkPlace, manifestPath, type Place } from './output-place.ts'
import type { Output } from './output.ts'

/**
 * The owner of an export's files. They are written into a folder beside their place (`NAME.part`), reach the disk, and
 * are renamed to their place as a whole. That folder is locked while it is in use, by a lock that ends with its process:
 * what a killed export left there, the next one to the same place clears away.
 *
 * @param holder how to name this process to others, such as `pid 17 on host`
 * @throws HansardError `usage` or `file` where it can't be written, `archive-locked` while another export writes there
 */
export async function stageOutput(place: Place, holder: string): Promise<Output> {
  checkPlace(place)
  const staging = `${place.path}.part`
  await mkdir(staging, { recursive: true, mode: 0o700 })
  const lock = lockStaging(place, staging, holder)
  try {
    await putBack(place, staging)
    await clear(staging)
    await mkdir(join(staging, 'out'), { mode: 0o700 })
    return new StagedOutput(place, staging, lock, await FileList.create(join(staging, 'files')))
  } catch (thrown) {
    lock.release()
    throw thrown
  }
}

class StagedOutput implements Output {
  readonly #place: Place
  readonly #staging: string
  readonly #lock: ArchiveLock
  readonly #files: FileList
  readonly #open = new Set<HashedFile>()
  #isBegun = false
  #isOver = false

  constructor(place: Place, staging: string, lock: ArchiveLock, files: FileList) {
    this.#place = place
    this.#staging = staging
    this.#lock = lock
    this.#files = files
  }

  async create(path: string): Promise<OutputFile> {
    const name = this.#nameOf(path)
    const absolute = join(this.#staging, 'out', name)
    if (name.includes('/')) await mkdir(dirname(absolute), { recursive: true, mode: 0o700 })
    const file = await HashedFile.create(absolute)
    this.#isBegun = true
    this.#open.add(file)
    return {
      write: (part) => file.write(part),
      close: () => {
        this.#open.delete(file)
        return this.#files.add(name, file.close())
      },
    }
  }

  async commit(head: Omit<Manifest, 'files'>): Promise<void> {
    const manifest = await HashedFile.create(join(this.#staging, basename('manifest')))
    for await (const part of manifestText(head, await this.#files.settled())) await manifest.write(part)
    await manifest.close()
    checkPlace(this.#place)
    await this.#move()
    await sync(dirname(this.#place.path))
    await this.#end()
  }

  async abandon(): Promise<void> {
    if (this.#isOver) return
    for (const file of this.#open) await file.discard()
    await this.#files.abandon()
    await this.#end()
  }

  /** Whatever a name is made of, no file is written anywhere but inside the output. */
  #nameOf(path: string): string {
    if (this.#place.shape === 'file') {
      if (this.#isBegun) throw new Error('a format of one file began a second one')
      return basename(this.#place.path)
    }
    const isInside = path !== '' && posix.normalize(path) === path && !/^(\/|\.\.(\/|$))|[\\\0]/.test(path)
    if (!isInside || path === 'manifest.json') throw new Error(`no file of an export can be called ${path}`)
    return path
  }

  async #move(): Promise<void> {
    const { path, shape } = this.#place
    const [out, manifest] = [join(this.#staging, 'out'), join(this.#staging, 'manifest')]
    if (shape === 'file') {
      await rename(join(out, basename(path)), path)
      return rename(manifest, manifestPath(this.#place))
    }
    await rename(manifest, join(out, 'manifest.json'))
    await sync(out)
    if (existsSync(path)) await rename(path, join(this.#staging, 'old'))
    await rename(out, path)
  }

  async #end(): Promise<void> {
    this.#isOver = true
    await clear(this.#staging)
    await rm(join(this.#staging, '.lock'), { force: true })
    this.#lock.release()
    // Whatever else somebody put there is not ours to remove.
    await rmdir(this.#staging).catch(() => undefined)
  }
}

function lockStaging({ path }: Place, staging: string, holder: string): ArchiveLock {
  try {
    return lockArchive(`${staging}/`, holder)
  } catch (thrown) {
    if (!isHansardError(thrown, 'archive-locked')) throw thrown
    throw new HansardError('archive-locked', `Another export is writing to ${path}`, {
      hint: 'Wait until it ends, or name another place with --output.',
      cause: thrown,
    })
  }
}

/** An export that was killed between the two renames left the earlier one here. */
async function putBack({ path }: Place, staging: string): Promise<void> {
  const old = join(staging, 'old')
  if (existsSync(old) && !existsSync(path)) await rename(old, path)
}

async function clear(staging: string): Promise<void> {
  for (const name of ['out', 'old', 'files', 'manifest'])
    await rm(join(staging, name), { recursive: true, force: true })
}

/** New names must reach the disk too. */
async function sync(path: string): Promise<void> {
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
