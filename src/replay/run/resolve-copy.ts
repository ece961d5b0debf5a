import type { Copy } from '../../archive/ledger/replay-copies.ts'
import { HansardError } from '../../errors.ts'
import type { PlannedConversation } from '../plan/plan.ts'
import { likenessOf, takeOver } from './recognise-copy.ts'
import { storeReconcileResult } from './reconcile.ts'
import { now, type RunContext } from './run-context.ts'

/**
 * Takes a person's word for what became of uncertain copies: by the id of the source, the id of the copy over there, or
 * `none` where it is not there.
 *
 * @throws HansardError `usage` where there is nothing uncertain, or what is named can't be it
 */
export async function resolveByWord(
  context: RunContext,
  words: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [source, word] of Object.entries(words)) {
    const copy = uncertainCopy(context, source)
    const request = context.archive.replayRequests.ofCopy(copy.id).find(({ outcome }) => outcome === null)
    if (word === 'none') {
      if (request === undefined) rejectAll(context, copy)
      else storeReconcileResult(context, { ...copy, state: 'open' }, request, { kind: 'absent' })
      continue
    }
    const claimant = context.archive.replayRequests.claimant(context.target.id, word, copy.id)
    if (claimant !== undefined) throw refused(`${word} is the copy of another conversation`)
    const entries = await context.reader.entries(word)
    if (entries === undefined) throw refused(`The target has no conversation ${word}`)
    if (request === undefined) takeWord(context, copy, word, entries)
    else if (entries.length < request.before + request.inputs) throw tooFew(word, entries, source)
    else storeReconcileResult(context, copy, request, { kind: 'made', targetId: word, entries })
  }
}

/** Something carried the stamp, and is not the copy. */
function rejectAll({ archive }: RunContext, copy: Copy): void {
  archive.transaction(() => {
    archive.replayCandidates.reject(copy.id)
    archive.replayCopies.set(copy.id, 'pending', now())
  })
}

/** Another archive made it: one that can be continued is. */
function takeWord(context: RunContext, copy: Copy, targetId: string, entries: readonly string[]): void {
  const { archive } = context
  const planned = JSON.parse(copy.planned) as PlannedConversation
  const likeness = likenessOf(context, copy, entries)
  const sent = planned.calls.reduce((sum, { inputs }) => sum + inputs, 0)
  archive.transaction(() => {
    if (likeness.kind === 'part') takeOver(context, copy, targetId, likeness.made)
    else if (entries.length < sent) throw tooFew(targetId, entries, copy.conversation)
    else archive.replayCopies.set(copy.id, 'done', now(), { targetId, reason: 'as a person said' })
  })
}

function tooFew(id: string, { length }: readonly string[], source: string): HansardError {
  return refused(`${id} has ${length} entries, too few to be the copy of ${source}`)
}

function uncertainCopy({ archive, target, head }: RunContext, conversation: string): Copy {
  const { mode, label } = head.options
  const copies = archive.replayCopies.ofOrigin({ target: target.id, conversation, mode, label })
  const copy = copies.find(({ state }) => state === 'uncertain')
  if (copy !== undefined) return copy
  throw refused(`Nothing is uncertain about ${conversation}, in this mode and under this label`)
}

function refused(message: string): HansardError {
  return new HansardError('usage', message, {
    hint: 'See `hansard replay status`; --resolve takes the id at the source, =, and the id at the target or none.',
  })
}
