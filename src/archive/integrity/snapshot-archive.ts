import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

import { HansardError, messageOf } from '../../errors.ts'
import { refuseMissing } from '../archive.ts'
import { realName } from '../sqlite/file-names.ts'
import { openSqlite, type CopiedPages } from '../sqlite/sqlite.ts'
import { verifyArchive, type Finding } from './verify-archive.ts'

/** How much of an archive is copied. */
export interface CopyProgress {
  readonly bytes: number
  readonly totalBytes: number
}

/** Options of a snapshot. */
export interface SnapshotOptions {
  /** Replace an existing file. */
  readonly force?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  /** Called during the copy with its bytes; the checks follow it. */
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined
}

/** A finished snapshot, or why there is none. */
export interface Snapshot {
  readonly bytes: number
  /** The first problems of the copy, which the archive has, too. With one, no snapshot is left. */
  readonly findings: readonly Finding[]
}

/** In each step, so that other work and Ctrl-C have their turn. */
const PAGES_AT_ONCE = 500

/** More findings say nothing new. */
const MAX_FINDINGS = 100

/**
 * Copies an archive into a new file, as it is at one moment, while a backup may write to it. The copy is checked as `verify` does
 * before it gets its name.
 *
 * @throws HansardError `usage` if the file exists or its folder does not, `file`, `interrupted`, and all errors of `openArchive`
 */
export async function snapshotArchive(
  path: string,
  target: string,
  options: SnapshotOptions = {},
): Promise<Snapshot> {
  refuseMissing(path)
  refuseTarget(path, target, options)
  const part = `${target}.part`
  rmSync(part, { force: true }) // of a snapshot that was killed
  try {
    await copy(path, part, options)
    const findings = await check(part, options.signal)
    if (findings.length === 0) finish(part, target)
    return { bytes: statSync(findings.length === 0 ? target : part).size, findings }
  } finally {
    for (const end of ['', '-wal', '-shm']) rmSync(`${part}${end}`, { force: true })
  }
}

function refuseTarget(path: string, target: string, { force = false }: SnapshotOptions): void {
  if (!existsSync(dirname(target)))
    throw new HansardError('usage', `The folder of the snapshot is not there: ${dirname(target)}`)
  if (!existsSync(target)) return
  if (realName(target) === realName(path))
    throw new HansardError('usage', 'The snapshot would replace the archive itself')
  if (!force || !statSync(target).isFile())
    throw new HansardError('usage', `${target} exists already`, {
      hint: 'Use another name, or --force to replace the file.',
    })
  const log = statSync(`${target}-wal`, { throwIfNoEntry: false })
  if (log !== undefined && log.size > 0)
    throw new HansardError(
      'usage',
      `${target} is in use, or its last run was killed: part of it is in ${target}-wal`,
      {
        hint: 'Use another name.',
      },
    )
}

/** An open transaction keeps the copy at one moment: without it, each write of a backup would begin the copy anew. */
async function copy(path: string, part: string, { signal, onProgress }: SnapshotOptions): Promise<void> {
  closeSync(openSync(part, 'wx', 0o600))
  const db = openSqlite(path, 'read')
  try {
    const pageBytes = Number(db.pragma('page_size', { simple: true }))
    db.exec('begin')
    db.pluck.get('select count(*) from sqlite_schema')
    await db.copyTo(part, ({ totalPages, remainingPages }: CopiedPages) => {
      if (signal?.aborted === true) throw new HansardError('interrupted', 'Interrupted')
      onProgress?.({ bytes: (totalPages - remainingPages) * pageBytes, totalBytes: totalPages * pageBytes })
      return PAGES_AT_ONCE
    })
  } catch (thrown) {
    throw thrown instanceof HansardError ? thrown : explainCopy(thrown, part)
  } finally {
    db.close()
  }
}

function explainCopy(thrown: unknown, part: string): unknown {
  const { code } = thrown as { readonly code?: unknown }
  if (code !== 'SQLITE_FULL' && code !== 'SQLITE_IOERR_WRITE') return thrown
  return new HansardError('file', `Cannot write ${part}: ${messageOf(thrown)}`, {
    hint: 'Is the disk full? Nothing was left behind.',
    cause: thrown,
  })
}

async function check(part: string, signal: AbortSignal | undefined): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const step of verifyArchive(part)) {
    if ('finding' in step) findings.push(step.finding)
    else await new Promise(setImmediate)
    if (signal?.aborted === true) throw new HansardError('interrupted', 'Interrupted')
    if (findings.length === MAX_FINDINGS) break
  }
  return findings
}

/**
 * Only what is on the disk gets the name. SQLite would take a log that an earlier file of this name left for that of the new
 * one.
 */
function finish(part: string, target: string): void {
  chmodSync(part, 0o600)
  for (const path of [part, dirname(part)]) {
    const file = openSync(path, 'r')
    fsyncSync(file)
    closeSync(file)
  }
  for (const end of ['-wal', '-shm']) rmSync(`${target}${end}`, { force: true })
  renameSync(part, target)
}
