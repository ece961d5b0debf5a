import type { Archive } from '../../archive/archive.ts'
import type { Selection } from '../../archive/content/selection.ts'
import type { Volume } from '../../archive/content/volumes.ts'
import {
  Counts,
  StatsCounter,
  countVolumes,
  type CountOptions,
  type Group,
  type Stats,
} from './count-stats.ts'
import { Distribution, type Bin } from './distribution.ts'
import { nightsOf, type Night } from './nights.ts'

/** What the overview of an archive shows. */
export interface Overview {
  readonly stats: Stats
  /** The days of creation, in order; those without conversations are left out. */
  readonly days: readonly Group[]
  /** Conversations by their number of entries. */
  readonly lengths: readonly Bin[]
  /** Responses by the seconds from the input to the first entry of the model. */
  readonly responses: readonly Bin[]
  readonly nights: readonly Night[]
}

/**
 * Counts what the overview shows, without a snapshot of its own.
 *
 * @param today the last day of the calendar, as `2026-11-22`; by default that of the last backup
 * @throws HansardError `usage` if the selection is not valid; `interrupted` once `signal` was aborted
 */
export async function countOverview(
  archive: Archive,
  selection: Selection,
  { today, ...options }: CountOptions & { readonly today?: string } = {},
): Promise<Overview> {
  const counter = new OverviewCounter()
  await countVolumes(archive, selection, counter, options)
  return {
    ...counter.counts(),
    stats: counter.stats(archive),
    nights: nightsOf(archive.runs.nights(), today),
  }
}

class OverviewCounter extends StatsCounter {
  readonly #days = new Counts()
  readonly #lengths = new Distribution(LENGTHS, true)
  readonly #responses = new Distribution(SECONDS, false)

  override add(volume: Volume): void {
    super.add(volume)
    this.#days.add(volume.createdAt?.slice(0, 10) ?? null, volume)
    this.#lengths.add(volume.entries)
    for (const seconds of volume.responseSeconds) this.#responses.add(seconds)
  }

  counts(): Pick<Overview, 'days' | 'lengths' | 'responses'> {
    return { days: this.#days.inOrder(), lengths: this.#lengths.bins(), responses: this.#responses.bins() }
  }
}

/** The upper limits of the bins; each is twice the one before, since both distributions have a long tail. */
const LENGTHS = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
const SECONDS = [0.5, 1, 2, 4, 8, 16, 32, 64, 128]
