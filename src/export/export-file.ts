import { once } from 'node:events'
import { createWriteStream, existsSync, statSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { finished } from 'node:stream/promises'
import type { Writable } from 'node:stream'

import { HansardError, messageOf } from '../errors.ts'

/**
 * Writes a file whole or not at all: beside its place first, then renamed. What it throws half-way leaves nothing under
 * the final name. It is readable by its owner alone, as the archive is.
 */
export async function writeWhole(
  path: string,
  parts: Iterable<string>,
  { force }: { force: boolean },
): Promise<void> {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new HansardError('usage', `${path} is a folder`, { hint: 'Name a file inside it with --output.' })
  }
  if (existsSync(path) && !force) {
    throw new HansardError('usage', `${path} exists already`, {
      hint: 'Name another file with --output, or pass --force to replace it.',
    })
  }
  const staged = `${path}.part`
  try {
    const stream = createWriteStream(staged, { flush: true, mode: 0o600 })
    await writeParts(stream, parts)
    stream.end()
    await finished(stream)
    await rename(staged, path)
    await syncFolder(dirname(path))
  } catch (thrown) {
    await rm(staged, { force: true })
    if (thrown instanceof HansardError) throw thrown
    throw new HansardError('file', `${path} can’t be written: ${messageOf(thrown)}`, {
      hint: 'Check the folder, its permissions and the space left; nothing was left half-written.',
      cause: thrown,
    })
  }
}

/** Writes parts one after the other, never faster than the stream takes them; small parts are joined. */
export async function writeParts(stream: Writable, parts: Iterable<string>): Promise<void> {
  let pending = ''
  const flush = async () => {
    const isRoomLeft = stream.write(pending)
    pending = ''
    if (!isRoomLeft) await once(stream, 'drain')
  }
  for (const part of parts) {
    pending += part
    if (pending.length >= CHUNK) await flush()
  }
  if (pending !== '') await flush()
}

const CHUNK = 64 * 1024

/** The new name itself must reach the disk too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path)
  await folder.sync()
  await folder.close()
}
