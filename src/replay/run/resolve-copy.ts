import type { Copy } from '../../archive/ledger/replay-copies.ts'
import { HansardError } from '../../errors.ts'
import { plural } from '../../model/plural.ts'
import type { PlannedConversation } from '../plan/plan.ts'
import { compareWithPlanned, recordForeignRequests } from './identify-copy.ts'
import { storeReconcileResult } from './reconcile.ts'
import { timestamp, type RunContext } from './run-context.ts'

/**
 * Applies the user's decisions about uncertain copies: by the id at the source, the id of the copy, or `none` if there
 * is no copy.
 *
 * @throws HansardError `usage` if nothing is uncertain, or the named conversation cannot be the copy
 */
export async function resolveCopies(
  context: RunContext,
  resolutions: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [source, resolution] of Object.entries(resolutions)) {
    const copy = uncertainCopy(context, source)
    const request = context.archive.replayRequests.ofCopy(copy.id).find(({ outcome }) => outcome === null)
    if (resolution === 'none') {
      if (request === undefined) rejectCandidates(context, copy)
      else storeReconcileResult(context, { ...copy, state: 'open' }, request, { kind: 'absent' })
      continue
    }
    const claimant = context.archive.replayRequests.claimant(context.target.id, resolution, copy.id)
    if (claimant !== undefined) throw refused(`${resolution} is the copy of another conversation`)
    const entries = await context.reader.entries(resolution)
    if (entries === undefined) throw refused(`The target has no conversation ${resolution}`)
    if (request === undefined) acceptCopy(context, copy, resolution, entries)
    else if (entries.length < request.before + request.inputs)
      throw tooFewEntries(resolution, entries, source)
    else storeReconcileResult(context, copy, request, { kind: 'found', targetId: resolution, entries })
  }
}

/** The conversations with the stamp are not the copy. */
function rejectCandidates({ archive }: RunContext, copy: Copy): void {
  archive.transaction(() => {
    archive.replayCandidates.reject(copy.id)
    archive.replayCopies.set(copy.id, 'pending', timestamp())
  })
}

/** A copy by another archive is continued if it is partial. */
function acceptCopy(context: RunContext, copy: Copy, targetId: string, entries: readonly string[]): void {
  const { archive } = context
  const planned = JSON.parse(copy.planned) as PlannedConversation
  const match = compareWithPlanned(context, copy, entries)
  const sent = planned.calls.reduce((sum, { inputs }) => sum + inputs, 0)
  archive.transaction(() => {
    if (match.kind === 'partial') recordForeignRequests(context, copy, targetId, match.made)
    else if (entries.length < sent) throw tooFewEntries(targetId, entries, copy.conversation)
    else
      archive.replayCopies.set(copy.id, 'done', timestamp(), { targetId, reason: 'confirmed with --resolve' })
  })
}

function tooFewEntries(id: string, { length }: readonly string[], source: string): HansardError {
  return refused(`${id} has only ${plural(length, 'entry')} and cannot be the copy of ${source}`)
}

function uncertainCopy({ archive, target, head }: RunContext, conversation: string): Copy {
  const { mode, label } = head.options
  const copies = archive.replayCopies.ofOrigin({ target: target.id, conversation, mode, label })
  const copy = copies.find(({ state }) => state === 'uncertain')
  if (copy !== undefined) return copy
  throw refused(`${conversation} has no uncertain copy in this mode and with this label`)
}

function refused(message: string): HansardError {
  return new HansardError('usage', message, {
    hint: 'See `hansard replay status`. Use --resolve SOURCE=TARGET with the ids, or SOURCE=none.',
  })
}
