import { existsSync } from 'node:fs'
import { mkdir, open, opendir, rename } from 'node:fs/promises'
import { basename, dirname, join, posix, resolve } from 'node:path'

import type { OutputFile } from '../format.ts'
import { explainFile } from './file-errors.ts'
import { FileList } from './file-list.ts'
import { manifestText, type Manifest } from './manifest.ts'
import { HashedFile } from './output-file.ts'
import { checkFolder, checkPlace, manifestPath, type OutputPlace } from './output-place.ts'
import type { Output } from './output.ts'
import { Staging } from './staging.ts'

/**
 * Creates the output for a place on disk. Files are written into a staging folder beside it (`NAME.part`), synced, and
 * renamed to the place as a whole. The staging folder is locked by this process; what a killed export left in it is
 * removed by the next export to the same place.
 *
 * @throws HansardError `usage` or `file` if the place cannot be written; `archive-locked` while another export writes there
 */
export async function stageOutput(given: OutputPlace): Promise<Output> {
  try {
    checkFolder(given)
    const staging = await Staging.begin(resolve(given.path))
    return await createStaged(given, staging).catch(async (thrown: unknown) => {
      await staging.end()
      throw thrown
    })
  } catch (thrown) {
    throw explainFile(thrown)
  }
}

async function createStaged(place: OutputPlace, staging: Staging): Promise<Output> {
  checkPlace(place)
  await mkdir(staging.path('out'), { mode: 0o700 })
  const files = await FileList.create(staging.path('files'))
  return new StagedOutput({ ...place, path: resolve(place.path) }, staging, files)
}

class StagedOutput implements Output {
  readonly #place: OutputPlace
  readonly #staging: Staging
  readonly #files: FileList
  readonly #open = new Set<HashedFile>()
  #isBegun = false
  #isOver = false

  constructor(place: OutputPlace, staging: Staging, files: FileList) {
    this.#place = place
    this.#staging = staging
    this.#files = files
  }

  async create(path: string): Promise<OutputFile> {
    const name = this.#nameOf(path)
    const absolute = join(this.#staging.path('out'), name)
    if (name.includes('/')) await mkdir(dirname(absolute), { recursive: true, mode: 0o700 })
    const file = await this.#begin(absolute)
    this.#isBegun = true
    return {
      write: (part) => file.write(part),
      close: () => this.#files.add(name, this.#close(file)),
    }
  }

  async commit(head: Omit<Manifest, 'files'>): Promise<void> {
    const manifest = await this.#begin(this.#staging.path('manifest'))
    for await (const part of manifestText(head, await this.#files.settled())) await manifest.write(part)
    await this.#close(manifest)
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

  async #begin(path: string): Promise<HashedFile> {
    const file = await HashedFile.create(path)
    this.#open.add(file)
    return file
  }

  #close(file: HashedFile): ReturnType<HashedFile['close']> {
    this.#open.delete(file)
    return file.close()
  }

  /** Returns the name for a file, and throws for one that would be outside the output. */
  #nameOf(path: string): string {
    if (this.#place.shape === 'file') {
      if (this.#isBegun) throw new Error('a format of one file created a second one')
      return basename(this.#place.path)
    }
    const isInside =
      path !== '' && posix.normalize(path) === path && !/^(\/|\.\.?(\/|$))|\/$|[\\\0]/.test(path)
    if (!isInside || path === 'manifest.json')
      throw new Error(`${path} is not a valid name for a file of an export`)
    return path
  }

  /** Renames a whole folder, or a file and then its manifest. `Staging` repairs what a crash between two renames leaves. */
  async #move(): Promise<void> {
    const { path, shape } = this.#place
    const [out, manifest] = [this.#staging.path('out'), this.#staging.path('manifest')]
    if (shape === 'file') {
      await rename(join(out, basename(path)), path)
      return rename(manifest, manifestPath(this.#place))
    }
    await rename(manifest, join(out, 'manifest.json'))
    await syncFolders(out)
    if (existsSync(path)) await rename(path, this.#staging.path('old'))
    await rename(out, path)
  }

  async #end(): Promise<void> {
    this.#isOver = true
    await this.#staging.end()
  }
}

/** Syncs folders, so that the names of new files are on disk too. */
async function syncFolders(path: string): Promise<void> {
  for await (const entry of await opendir(path)) {
    if (entry.isDirectory()) await syncFolders(join(path, entry.name))
  }
  await sync(path)
}

async function sync(path: string): Promise<void> {
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
