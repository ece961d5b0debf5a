import type { Loss } from '../loss.ts'
import { isAddition, isBetween } from './answer-additions.ts'
import type { CopyDifference, Replayed } from './certificate.ts'
import { entryForm, type EntryForm } from './entry-form.ts'
import { treeOf, type Tree } from './json-tree.ts'
import { checkLoss } from './loss-rules.ts'
import { parsePath, put } from './value-path.ts'

/** An entry that the target must have. */
export interface ExpectedEntry {
  /** The position of its source entry. */
  readonly position: number
  readonly form: EntryForm
}

/**
 * The entries that the target must have if it lost only what is declared, and what is wrong with the declared losses.
 */
export interface ExpectedEntries {
  readonly entries: readonly ExpectedEntry[]
  readonly faults: readonly CopyDifference[]
}

/** Applies the declared losses, and nothing else, to the archived entries. Knows no rule of the plan. */
export function expectedEntries({ source, losses, mode }: Replayed): ExpectedEntries {
  const faults: CopyDifference[] = []
  const ofEntries = losses.filter(({ position }) => position !== null)
  const entries = source.entries.flatMap((text, position) => {
    const own = ofEntries.filter((loss) => loss.position === position)
    const { trees, falseLosses } = applyLosses(text, own, source.entries, mode)
    faults.push(...falseLosses)
    return trees.map((tree) => ({ position, form: entryForm(tree) }))
  })
  const end = source.entries.length
  const beyond = ofEntries.filter(({ position }) => Number(position) >= end)
  const added = beyond.flatMap((loss) => {
    const problem = checkLoss(loss, {
      text: undefined,
      entries: source.entries,
      mode,
      sent: undefined,
    })
    if (problem !== undefined) faults.push(falseLoss(loss, problem))
    return replacement(loss).map((tree) => ({ position: end, form: entryForm(tree) }))
  })
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
    return isBetween(sent[at - 1]?.form, sent[at + 1]?.form)
      ? []
      : [falseLoss(loss, 'it is not between a result and a user message')]
  })
}

/** Reports a false loss. */
export function falseLoss({ position, path, before, after, kind }: Loss, detail: string): CopyDifference {
  const message = `the declared loss ${kind} is false: ${detail}`
  return { entry: position, path, kind: 'false-loss', detail: message, expected: before, found: after }
}

function applyLosses(
  text: string,
  losses: readonly Loss[],
  entries: readonly string[],
  mode: Replayed['mode'],
): { trees: Tree[]; falseLosses: CopyDifference[] } {
  const falseLosses: CopyDifference[] = []
  const tree = treeOf(text)
  let sent: Tree | undefined = tree
  for (const loss of losses) {
    const { path, after } = loss
    const problem = checkLoss(loss, { text, entries, mode, sent })
    if (path === '' && !isAddition(loss)) sent = replacement(loss).at(-1)
    if (problem !== undefined) falseLosses.push(falseLoss(loss, problem))
    else if (path !== '') put(tree, parsePath(path) ?? [], after === null ? undefined : treeOf(after))
  }
  const additions = losses.filter(isAddition).flatMap(replacement)
  const whole = losses.findLast((loss) => loss.path === '' && !isAddition(loss))
  return { trees: [...additions, ...(whole === undefined ? [tree] : replacement(whole))], falseLosses }
}

/** The inputs that are sent for a whole entry. */
function replacement({ after }: Loss): Tree[] {
  const tree = after === null ? [] : treeOf(after)
  return Array.isArray(tree) ? tree.filter((each) => each !== undefined) : []
}
