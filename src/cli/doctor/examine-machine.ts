import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

import type { Archive } from '../../archive/archive.ts'
import { networkDiskUnder } from '../../archive/sqlite/network-disk.ts'
import { formatMegabytes } from '../../model/plural.ts'
import { formatAge } from '../../model/relative-time.ts'
import { version } from '../../own-files.ts'
import { problemOf, type Diagnosis } from './diagnosis.ts'

const DAY_MS = 86_400_000

export function examineVersions(): Diagnosis {
  return {
    about: 'versions',
    state: 'ok',
    what: `hansard ${version}, Node ${process.version}, ${process.platform} ${process.arch}`,
  }
}

/** `archive`: undefined if there is none yet; an error if it cannot be opened. */
export function examineArchive(path: string, archive: Archive | Error | undefined, now: Date): Diagnosis {
  const about = 'archive'
  if (archive === undefined)
    return {
      about,
      state: 'warning',
      what: `there is none at ${path}`,
      hint: 'Create it with `hansard backup`.',
    }
  if (archive instanceof Error) return problemOf(about, archive)
  const last = archive.runs.lastComplete()
  if (last === undefined) {
    return {
      about,
      state: 'warning',
      what: `${path} has no complete backup yet`,
      hint: 'See `hansard status`.',
    }
  }
  const isOld = now.getTime() - Date.parse(last.startedAt) > 3 * DAY_MS
  const what = `${path}: the last complete backup began ${formatAge(last.startedAt, now)}`
  return {
    about,
    state: isOld ? 'warning' : 'ok',
    what,
    hint: isOld ? 'See `hansard status`, and `hansard schedule print`.' : undefined,
  }
}

/** Other users must not read the archive, and this one must be able to write beside it. */
export function examinePermissions(path: string): Diagnosis {
  const about = 'permissions'
  const folder = dirname(resolve(path))
  if (!existsSync(folder))
    return {
      about,
      state: 'problem',
      what: `the folder ${folder} is not there`,
      hint: 'Create it, or mount its disk.',
    }
  for (const place of existsSync(path) ? [folder, path] : [folder]) {
    if (isWritable(place)) continue
    const what = `this user cannot write to ${place}`
    return { about, state: 'problem', what, hint: 'Run hansard as its owner, or change its permissions.' }
  }
  const mode = statSync(path, { throwIfNoEntry: false })?.mode ?? 0
  if ((mode & 0o077) === 0) return { about, state: 'ok', what: 'only its owner can read the archive' }
  return { about, state: 'warning', what: `other users can read ${path}`, hint: `Run: chmod 600 ${path}` }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** The archive grows as it did since its first run; there should be room for three months of that, and for a copy. */
export function examineDisk(path: string, archive: Archive | undefined, now: Date): Diagnosis {
  const about = 'disk'
  const folder = dirname(resolve(path))
  if (!existsSync(folder)) return { about, state: 'unknown', what: 'its folder is not there' }
  const network = networkDiskUnder(path)
  if (network !== undefined) {
    const what = `${path} is on a network file system (${network}), where two machines can damage it`
    return {
      about,
      state: 'problem',
      what,
      hint: 'Use a local disk, and copy the archive with `hansard snapshot`.',
    }
  }
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  const began = archive?.runs.first()?.startedAt
  const days = began === undefined ? 0 : Math.max(1, (now.getTime() - Date.parse(began)) / DAY_MS)
  const quarter = days < 7 ? 0 : (size / days) * 90
  const what = `${formatMegabytes(free)} free, the archive has ${formatMegabytes(size)}`
  const isShort = free < size + quarter || free < MIN_FREE
  const hint = isShort ? 'Make room for three more months of growth, and for a copy.' : undefined
  return { about, state: isShort ? 'warning' : 'ok', what, hint }
}

/** In bytes: for the log of a first backup. */
const MIN_FREE = 500_000_000
