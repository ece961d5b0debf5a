import type { Writable } from 'node:stream'

import type { Archive } from '../../archive/archive.ts'
import type { Selection } from '../../archive/content/selection.ts'
import { HansardError } from '../../errors.ts'
import { version } from '../../own-files.ts'
import { explainFile } from '../output/file-errors.ts'
import { stageOutput } from '../output/staged-output.ts'
import { streamOutput } from '../output/stream-output.ts'
import type { Stats } from './count-stats.ts'

/** Where a chart is written, and of which conversations it is. */
export interface ChartOptions {
  /** A path, or a stream. */
  readonly output: string | Writable
  readonly selection: Selection
  /** Replace an earlier chart at this path; nothing else is ever replaced. */
  readonly force?: boolean
}

/** A place for a chart that was found to be free, and is locked. */
export interface ChartFile {
  write(stats: Stats): Promise<void>
  /** Releases the place; removes what was written unless it is complete. */
  close(): Promise<void>
}

/**
 * Opens the place of a chart. A chart appears there as an export does: as a whole or not at all, with a manifest.
 *
 * @throws HansardError `usage` or `file` if the place cannot be written; `archive-locked` while another export writes there
 */
export async function openChart(
  archive: Archive,
  { output, selection, force = false }: ChartOptions,
): Promise<ChartFile> {
  const target =
    typeof output === 'string'
      ? await naming(stageOutput({ path: output, shape: 'file', archive: archive.path, force }))
      : streamOutput(output)
  const write = async (stats: Stats) => {
    const [{ drawChart }, { statsChart }] = await Promise.all([
      import('./draw-chart.ts'),
      import('./stats-chart.ts'),
    ])
    const file = await target.create('stats.svg')
    await file.write(await drawChart(statsChart(stats)))
    await file.close()
    const { conversations, entries, estimatedTokens, unreadable } = stats
    const counts = { conversations, entries, estimatedTokens, unreadable }
    await target.commit({
      hansard: version,
      format: 'stats',
      options: {},
      selection: { ...selection },
      counts,
    })
  }
  return { write: (stats) => naming(write(stats)), close: () => target.abandon() }
}

/** Errors of an output name the option of an export. */
async function naming<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (thrown) {
    const error = explainFile(thrown)
    if (!(error instanceof HansardError)) throw error
    const { code, message, hint, cause } = error
    throw new HansardError(code, message, { hint: hint?.replaceAll('--output', '--svg'), cause })
  }
}
