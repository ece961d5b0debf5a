import type { Loss } from '../loss.ts'
import type { CopyDifference, Replayed } from './certificate.ts'
import { difference } from './difference.ts'
import { entryForm, entryType, type EntryForm } from './entry-form.ts'
import { stringOf, treeOf, type Tree } from './json-tree.ts'
import { sentFor } from './loss-rule.ts'
import { checkLoss, isAddition } from './loss-rules.ts'
import { parsePath, put } from './value-path.ts'

/** An entry that the target must have. */
export interface ExpectedEntry {
  /** The position of its source entry. */
  readonly position: number
  readonly form: EntryForm
}

/**
 * Applies the declared losses, and nothing else, to the archived entries. Knows no rule of the plan.
 *
 * @returns the entries that the target must have if it lost only what is declared, and what is wrong with the declared
 * losses
 */
export function expectedEntries({ source, losses, mode }: Replayed): {
  readonly entries: readonly ExpectedEntry[]
  readonly faults: readonly CopyDifference[]
} {
  const faults: CopyDifference[] = []
  const isTrue = (loss: Loss, text?: string, sent?: Tree): boolean => {
    const problem = checkLoss(loss, { text, entries: source.entries, mode, sent })
    if (problem !== undefined) faults.push(falseLoss(loss, problem))
    return problem === undefined
  }
  const ofEntries = losses.filter(({ position }) => position !== null)
  const entries = source.entries.flatMap((text, position) => {
    const own = ofEntries.filter((loss) => loss.position === position)
    return applyLosses(text, own, isTrue).map((tree) => ({ position, form: entryForm(tree) }))
  })
  const end = source.entries.length
  const beyond = ofEntries.filter(({ position }) => Number(position) >= end)
  beyond.forEach((loss) => isTrue(loss))
  const added = beyond.flatMap(sentFor).map((tree) => ({ position: end, form: entryForm(tree) }))
  const all = [...entries, ...added]
  return {
    entries: all,
    faults: [...faults, ...notTheTail(ofEntries, entries), ...notBetween(ofEntries, all)],
  }
}

/** Only the end of a history can be answered again. */
function notTheTail(losses: readonly Loss[], kept: readonly ExpectedEntry[]): CopyDifference[] {
  const last = kept.at(-1)?.position ?? -1
  return losses
    .filter(({ kind, position }) => kind === 'tail-asked-anew' && Number(position) < last)
    .map((loss) => falseLoss(loss, 'entries after it are sent'))
}

/** An answer may be added only between a function result and a user message. */
function notBetween(losses: readonly Loss[], sent: readonly ExpectedEntry[]): CopyDifference[] {
  return losses.filter(isAddition).flatMap((loss) => {
    const at = sent.findIndex(({ position }) => position === loss.position)
    const [before, after] = [sent[at - 1]?.form, sent[at + 1]?.form]
    const isUsers = entryType(after) === 'message.input' && stringOf(after?.get('role')) === 'user'
    const isBetween = entryType(before) === 'function.result' && isUsers
    return isBetween ? [] : [falseLoss(loss, 'it is not between a result and a user message')]
  })
}

/** Reports a false loss. */
export function falseLoss({ position, path, before, after, kind }: Loss, detail: string): CopyDifference {
  const message = `the declared loss ${kind} is false: ${detail}`
  return difference(position, 'false-loss', message, { path, expected: before, found: after })
}

function applyLosses(
  text: string,
  losses: readonly Loss[],
  isTrue: (loss: Loss, text: string, sent?: Tree) => boolean,
): Tree[] {
  const tree = treeOf(text)
  let sent: Tree | undefined = tree
  for (const loss of losses) {
    const { path, after } = loss
    const isApplied = isTrue(loss, text, sent)
    if (path === '' && !isAddition(loss)) sent = sentFor(loss).at(-1)
    if (isApplied && path !== '') put(tree, parsePath(path) ?? [], after === null ? undefined : treeOf(after))
  }
  const additions = losses.filter(isAddition).flatMap(sentFor)
  const whole = losses.findLast((loss) => loss.path === '' && !isAddition(loss))
  return [...additions, ...(whole === undefined ? [tree] : sentFor(whole))]
}
