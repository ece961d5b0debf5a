import { existsSync } from 'node:fs'

import type { ConversationsClient } from '../api/client.ts'
import { emptyArchive, type Archive } from '../archive/archive.ts'
import { networkDiskUnder } from '../archive/sqlite/network-disk.ts'
import { withArchive, withLockedArchive } from '../archive/with-archive.ts'
import { probeListing } from '../backup/fetch/probe-listing.ts'
import type { GlobalOptions, Io } from './io.ts'
import type { ProgressLine } from './terminal/progress.ts'
import { warn } from './terminal/warn.ts'

/** The options that say how to open the archive of a backup. */
interface OpenOptions extends GlobalOptions {
  readonly dryRun?: boolean | undefined
  /** Seconds to wait for another run; `true` waits without limit. */
  readonly wait?: number | true
}

/** The surroundings of a backup, with its progress line. */
export interface BackupIo extends Io {
  readonly progress: Pick<ProgressLine<never>, 'wait'>
}

/**
 * Opens the archive of a backup, locked and created if need be, and runs `work`. A first backup that cannot list the account
 * leaves no file behind; a dry run neither locks nor creates.
 */
export async function withBackupArchive<T>(
  client: ConversationsClient,
  options: OpenOptions,
  io: BackupIo,
  work: (archive: Archive) => Promise<T>,
): Promise<T> {
  const { archive: path } = options
  if (!existsSync(path)) await probeListing(client, io.signal)
  if (!options.dryRun) return await withLocked(options, io, work)
  if (existsSync(path)) return await withArchive(path, work)
  const empty = emptyArchive()
  return await work(empty).finally(() => empty.close())
}

async function withLocked<T>(
  options: OpenOptions,
  io: BackupIo,
  work: (archive: Archive) => Promise<T>,
): Promise<T> {
  const { archive: path, quiet } = options
  const warnUnlessQuiet = (line: string) => void (quiet || warn(io.stderr, line))
  io.goOnUnread?.()
  const disk = networkDiskUnder(path)
  if (disk !== undefined) {
    const why = 'where two machines can write at once and damage the archive'
    warnUnlessQuiet(`${path} is on a network file system (${disk}), ${why}; use a local disk`)
  }
  const wait = {
    seconds: options.wait === true ? Infinity : (options.wait ?? 0),
    signal: io.signal,
    onWait: (why: string) => io.progress.wait(why),
  }
  return await withLockedArchive(path, { holder: io.name, create: true, wait }, async (archive) => {
    const result = await work(archive)
    if (!archive.isInOneFile) {
      const what = `another program is reading the archive, so part of it is still in ${path}-wal`
      warnUnlessQuiet(`${what}: copy both files, or copy after the next run`)
    }
    return result
  })
}
