import { statSync } from 'node:fs'

import { withArchive } from '../archive/with-archive.ts'
import { explain } from './explain.ts'
import type { Coverage } from './terminal/coverage-lines.ts'

/** Reads what backups an archive has. One that is not there has no backup yet; one that cannot be read says why. */
export async function readCoverage(profile: string, path: string): Promise<Coverage> {
  try {
    if (statSync(path, { throwIfNoEntry: false }) === undefined) return { profile, archive: path }
    return await withArchive(path, (archive) => ({
      ...{ profile, archive: path },
      lastComplete: archive.runs.lastComplete(),
      lastRun: archive.runs.lastOfAccount(),
      holds: archive.counts(),
      bytes: statSync(path).size,
    }))
  } catch (thrown) {
    return { profile, archive: path, error: await explain(thrown, path) }
  }
}
