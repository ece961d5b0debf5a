import { existsSync } from 'node:fs'
import { mkdir, open, opendir, rename } from 'node:fs/promises'
import { basename, dirname, join, posix, resolve } from 'node:path'

import { explainFile } from './file-errors.ts'
import { createFileList, type FileList } from './file-list.ts'
import { manifestText } from './manifest.ts'
import { HashedFile } from './output-file.ts'
import { checkFolder, checkPlace, manifestPath, type OutputPlace } from './output-place.ts'
import type { Output } from './output.ts'
import { beginStaging, type Staging } from './staging.ts'

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
    const staging = await beginStaging(resolve(given.path))
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
  const files = await createFileList(staging.path('files'))
  return stagedOutput({ ...place, path: resolve(place.path) }, staging, files)
}

function stagedOutput(place: OutputPlace, staging: Staging, files: FileList): Output {
  const open = new Set<HashedFile>()
  let isBegun = false
  let isOver = false
  const begin = async (path: string) => {
    const file = await HashedFile.create(path)
    open.add(file)
    return file
  }
  const close = (file: HashedFile) => {
    open.delete(file)
    return file.close()
  }
  const end = async () => {
    isOver = true
    await staging.end()
  }
  return {
    async create(path) {
      if (place.shape === 'file' && isBegun) throw new Error('a format of one file created a second one')
      const name = place.shape === 'file' ? basename(place.path) : checkName(path)
      const absolute = join(staging.path('out'), name)
      if (name.includes('/')) await mkdir(dirname(absolute), { recursive: true, mode: 0o700 })
      const file = await begin(absolute)
      isBegun = true
      return { write: (part) => file.write(part), close: () => files.add(name, close(file)) }
    },
    async commit(head) {
      const manifest = await begin(staging.path('manifest'))
      for await (const part of manifestText(head, await files.settled())) await manifest.write(part)
      await close(manifest)
      checkPlace(place)
      await moveToPlace(place, staging)
      await sync(dirname(place.path))
      await end()
    },
    async abandon() {
      if (isOver) return
      for (const file of open) await file.discard()
      await files.abandon()
      await end()
    },
  }
}

/** Throws for a name that would be outside the output. */
function checkName(path: string): string {
  const isInside = path !== '' && posix.normalize(path) === path && !/^(\/|\.\.?(\/|$))|\/$|[\\\0]/.test(path)
  if (isInside && path !== 'manifest.json') return path
  throw new Error(`${path} is not a valid name for a file of an export`)
}

/** Renames a whole folder, or a file and then its manifest. `Staging` repairs what a crash between two renames leaves. */
async function moveToPlace(place: OutputPlace, staging: Staging): Promise<void> {
  const { path, shape } = place
  const [out, manifest] = [staging.path('out'), staging.path('manifest')]
  if (shape === 'file') {
    await rename(join(out, basename(path)), path)
    return rename(manifest, manifestPath(place))
  }
  await rename(manifest, join(out, 'manifest.json'))
  await syncFolders(out)
  if (existsSync(path)) await rename(path, staging.path('old'))
  await rename(out, path)
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
