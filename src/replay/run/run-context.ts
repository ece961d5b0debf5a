import type { ConversationsClient } from '../../api/client.ts'
import type { Clock } from '../../api/clock.ts'
import type { Archive } from '../../archive/archive.ts'
import type { BegunReplayRun } from '../../archive/ledger/replay-runs.ts'
import type { ReplayTarget } from '../../archive/ledger/replay-targets.ts'
import type { SecretOf } from '../plan/fill-secrets.ts'
import type { PlanHead } from '../plan/plan.ts'
import type { Budget } from './budget.ts'
import type { Tally } from './tally.ts'
import type { TargetReader } from './target-reader.ts'

/** What all parts of a run share. */
export interface RunContext {
  readonly client: ConversationsClient
  readonly archive: Archive
  readonly reader: TargetReader
  readonly head: Pick<PlanHead, 'options' | 'target'>
  readonly budget: Budget
  readonly tally: Tally
  readonly run: BegunReplayRun
  /** When this run began (ISO 8601). */
  readonly begunAt: string
  /** Throws `archive-locked` if this process no longer holds the archive. */
  readonly confirmLock: () => void
  /** Its `stampPlace` is found out during the run. */
  target: ReplayTarget
  /** Ends reads; a write that was sent is waited for. */
  readonly signal: AbortSignal
  readonly clock: Clock
  /** Time after a lost request in which the target may still carry it out. */
  readonly settleMs: number
  /** A probe found that the metadata filter of the listing does not work. */
  readonly isFilterUseless: boolean
  readonly secretOf: SecretOf
  /** Removes secrets from texts that are stored. */
  readonly scrub: (text: string) => string
}

/** The current time (ISO 8601). */
export function timestamp(): string {
  return new Date().toISOString()
}
