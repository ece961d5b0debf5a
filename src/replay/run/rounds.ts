import type { Copy } from '../../archive/ledger/replay-copies.ts'
import type { StoredRequest } from '../../archive/ledger/replay-requests.ts'
import { workThrough } from '../../backup/worker-pool.ts'
import { HansardError, messageOf } from '../../errors.ts'
import { renderPlanned } from '../plan/make-plan.ts'
import type { PlannedConversation, ReplayPlan } from '../plan/plan.ts'
import { endsRun } from './classify-write-error.ts'
import { filterByStamp, isFilterWorking } from './find-copies.ts'
import { fingerprintOf, readInputs } from './fingerprint.ts'
import { identifyCopy } from './identify-copy.ts'
import { KeyedMutex } from './keyed-mutex.ts'
import { reconcile } from './reconcile.ts'
import { timestamp, type RunContext } from './run-context.ts'
import { runCopy } from './run-copy.ts'

/** How often a run sends one request that turns out not to have been done. */
const ATTEMPTS = 3

/** Writes in a row without a response after which the service counts as down. */
const MOST_UNANSWERED = 20

interface RoundsOptions {
  readonly plan: Pick<ReplayPlan, 'conversations'>
  readonly concurrency: number
  /** The target may have copies that its listing does not show as such. */
  readonly isAnyHidden: boolean
}

/** Sends what is pending, finds out what became of lost requests, and sends again what was certainly not done. */
export class Rounds {
  readonly #context: RunContext
  readonly #options: RoundsOptions
  readonly #mutex = new KeyedMutex()
  /** Content whose request was lost: nothing with the same content is sent until it is known what became of it. */
  readonly #openContents = new Set<string>()
  /** How often a request was not done, by copy and position: each turn has its own attempts. */
  readonly #absences = new Map<string, number>()
  #lastLost = 0
  #unanswered = 0
  #isAnyLeft = false
  #isStopped = false
  #isFilterIgnored: boolean

  constructor(context: RunContext, options: RoundsOptions) {
    this.#context = context
    this.#options = options
    this.#isFilterIgnored = context.isFilterUseless
  }

  /** Sends until nothing is pending or the run must stop. */
  async work(): Promise<void> {
    do {
      this.#isAnyLeft = false
      this.#openContents.clear()
      await this.#send()
      if (this.#context.signal.aborted) return
      if (this.#openContents.size > 0) await this.#reconcile()
    } while (this.#isAnyLeft && !this.#isStopped)
  }

  async #send(): Promise<void> {
    const pending = this.#pending()
    const work = (item: Item) => this.#runItem(item)
    try {
      await workThrough(pending, this.#options.concurrency, work, () => (this.#isStopped = true))
    } finally {
      await pending.return() // closes the archive that it reads from, also when a worker failed
    }
  }

  async *#pending(): AsyncGenerator<Item, void, undefined> {
    const { archive, target } = this.#context
    for await (const planned of this.#options.plan.conversations()) {
      if (this.#isStopped) return
      const copy = archive.replayCopies.byStamp(target.id, planned.stamp)
      if (copy?.state === 'pending') yield { planned, copy }
    }
  }

  async #runItem({ planned, copy }: Item): Promise<void> {
    const rendering = renderPlanned(this.#context.archive, this.#context.head, planned)
    const content = fingerprintOf(readInputs(rendering.requests[0]?.body ?? '{}'))
    const work = () => this.#run(copy, content, () => runCopy(this.#context, copy, rendering))
    await this.#mutex.run(content, () =>
      // One at a time, until it is known where stamps come back.
      this.#context.target.stampPlace === null ? this.#mutex.run('stamp place', work) : work(),
    )
  }

  async #run(copy: Copy, content: string, run: () => ReturnType<typeof runCopy>): Promise<void> {
    const { archive, tally, scrub } = this.#context
    if (this.#isStopped) return
    if (this.#openContents.has(content)) {
      this.#isAnyLeft = true
      return
    }
    if ((await this.#checkFilterFirst(copy)) !== 'pending') return
    const end = await run()
    if (end === 'stopped') {
      this.#isStopped = true
      return
    }
    tally.move('pending', end.state)
    const { state } = end
    if (!('error' in end)) {
      this.#unanswered = 0
      if (end.reason !== undefined) tally.notice({ id: copy.conversation, state, reason: end.reason })
      return
    }
    const reason = scrub(messageOf(end.error))
    if (end.state === 'open') {
      this.#openContents.add(content)
      this.#lastLost = this.#context.clock.now()
      archive.transaction(() => archive.replayCopies.set(copy.id, 'open', timestamp(), { reason }))
      if (++this.#unanswered >= MOST_UNANSWERED) throw this.#isDown(end.error, reason)
      return
    }
    tally.notice({ id: copy.conversation, state: 'failed', reason })
    if (endsRun(end.error)) throw end.error
  }

  /**
   * If rows hide their metadata, the filter may find what another archive has made since they were listed, or what
   * even `get` does not show.
   */
  async #checkFilterFirst(copy: Copy): Promise<Awaited<ReturnType<typeof identifyCopy>>> {
    const { archive } = this.#context
    if (!this.#options.isAnyHidden || this.#isFilterIgnored) return 'pending'
    if (archive.replayRequests.ofCopy(copy.id).length > 0) return 'pending'
    const { found, hidden, isIgnored } = await filterByStamp(this.#context, copy.stamp)
    const isAsked = found.length === 0 && hidden.length > 0
    this.#isFilterIgnored = isIgnored || (isAsked && !(await isFilterWorking(this.#context, copy.stamp)))
    const named = found.length > 0 ? found : this.#isFilterIgnored ? [] : hidden
    if (named.length === 0) return 'pending'
    archive.transaction(() => named.forEach((id) => archive.replayCandidates.add(copy.id, id)))
    return identifyCopy(this.#context, copy)
  }

  async #reconcile(): Promise<void> {
    const { archive, tally, clock, settleMs, signal } = this.#context
    await clock.sleep(Math.max(0, this.#lastLost + settleMs - clock.now()), signal)
    for (const { copy, request, result } of await reconcile(this.#context, ['open'])) {
      if (result.kind === 'absent' && this.#countAbsence(request) >= ATTEMPTS) {
        const cause = copy.reason ?? 'no response'
        const failure = { reason: `it was sent ${ATTEMPTS} times and does not exist: ${cause}` }
        archive.transaction(() => archive.replayCopies.set(copy.id, 'failed', timestamp(), failure))
      }
      const { state, reason } = archive.replayCopies.read(copy.id)
      tally.move('open', state)
      if (result.kind === 'found') tally.add('found')
      if (state === 'pending') this.#isAnyLeft = true
      if (reason !== null) tally.notice({ id: copy.conversation, state, reason })
    }
  }

  #countAbsence({ copy, before }: StoredRequest): number {
    const key = `${copy} ${before}`
    const absences = (this.#absences.get(key) ?? 0) + 1
    this.#absences.set(key, absences)
    return absences
  }

  #isDown(cause: unknown, last: string): HansardError {
    const message = `No response to ${MOST_UNANSWERED} requests in a row: ${last}`
    const hint = 'Run the replay again later: it first finds out what became of these requests.'
    return new HansardError('service-failed', message, { hint, cause })
  }
}

interface Item {
  readonly planned: PlannedConversation
  readonly copy: Copy
}
