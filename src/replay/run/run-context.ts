import type { ConversationsClient } from '../../api/client.ts'
import type { Clock } from '../../api/clock.ts'
import type { Archive } from '../../archive/archive.ts'
import type { BegunReplayRun } from '../../archive/ledger/replay-runs.ts'
import type { ReplayTarget } from '../../archive/ledger/replay-targets.ts'
import type { PlanHead } from '../plan/plan.ts'
import type { Budget } from './budget.ts'
import type { Tally } from './tally.ts'
import type { TargetReader } from './target-reader.ts'

/** What all parts of a replay's execution work with. */
export interface RunContext {
  readonly client: ConversationsClient
  readonly archive: Archive
  readonly reader: TargetReader
  readonly head: Pick<PlanHead, 'options' | 'target'>
  readonly budget: Budget
  readonly tally: Tally
  readonly run: BegunReplayRun
  /** When this run began, as it is written down. */
  readonly begunAt: string
  /** Throws `archive-locked` where this process no longer holds the archive. */
  readonly confirmLock: () => void
  /** Where stamps come back is found out on the way. */
  target: ReplayTarget
  /** Reads end with it; a write that is under way is waited for. */
  readonly signal: AbortSignal
  readonly clock: Clock
  /** How long after an attempt the target may still make it true. */
  readonly settleMs: number
  readonly secretOf: (variable: string) => string | undefined
  /** Takes secrets out of what is written down. */
  readonly scrub: (text: string) => string
}

/** The time now, as it is written down. */
export function timestamp(): string {
  return new Date().toISOString()
}
