import type { Copy } from '../../archive/replay-copies.ts'
import { HansardError } from '../../errors.ts'
import type { RunContext } from './context.ts'
import { storeFate } from './settle.ts'

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
    if (request === undefined) continue
    if (word === 'none') {
      storeFate(context, { ...copy, state: 'open' }, request, { kind: 'absent' })
      continue
    }
    const claimant = context.archive.replayRequests.claimant(context.target.id, word)
    if (claimant !== undefined && claimant !== copy.id)
      throw refused(`${word} is the copy of another conversation`)
    const entries = await context.reader.entries(word)
    if (entries === undefined) throw refused(`The target has no conversation ${word}`)
    if (entries.length < request.before + request.inputs) {
      throw refused(`${word} has ${entries.length} entries, too few to be the copy of ${source}`)
    }
    storeFate(context, copy, request, { kind: 'made', targetId: word, entries })
  }
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
