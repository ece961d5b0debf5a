import type { Loss } from '../loss.ts'
import { isAddition, isBetween } from './answer-additions.ts'
import type { CopyDifference, Replayed } from './certificate.ts'
import { entryForm, type EntryForm } from './entry-form.ts'
import { treeOf, type Tree } from './json-tree.ts'
import { checkLoss } from './loss-rules.ts'
import { parsePath, put } from './value-path.ts'

/** An entry that must stand at the target. */
export interface ExpectedEntry {
  /** The place of its entry in the source's history. */
  readonly position: number
  readonly form: EntryForm
}

/** What the target must hold, if it lost what is declared and nothing else; and what is wrong with what is declared. */
export interface ExpectedEntries {
  readonly entries: readonly ExpectedEntry[]
  readonly faults: readonly CopyDifference[]
}

/** Takes from the archived entries what their losses declare, and nothing else. Knows no rule of the plan. */
export function expectedEntries({ source, losses, mode }: Replayed): ExpectedEntries {
  const faults: CopyDifference[] = []
  const ofEntries = losses.filter(({ position }) => position !== null)
  const entries = source.entries.flatMap((text, position) => {
    const own = ofEntries.filter((loss) => loss.position === position)
    const { trees, complaints } = applyLosses(text, own, source.entries, mode)
    faults.push(...complaints)
    return trees.map((tree) => ({ position, form: entryForm(tree) }))
  })
  const end = source.entries.length
  const beyond = ofEntries.filter(({ position }) => Number(position) >= end)
  const added = beyond.flatMap((loss) => {
    const complaint = checkLoss(loss, {
      text: undefined,
      entries: source.entries,
      mode,
      sent: undefined,
    })
    if (complaint !== undefined) faults.push(falseLoss(loss, complaint))
    return replacement(loss).map((tree) => ({ position: end, form: entryForm(tree) }))
  })
  const all = [...entries, ...added]
  return {
    entries: all,
    faults: [...faults, ...notTheTail(ofEntries, entries), ...notBetween(ofEntries, all)],
  }
}

/** Only what stands at the very end can be asked anew. */
function notTheTail(losses: readonly Loss[], kept: readonly ExpectedEntry[]): CopyDifference[] {
  const last = kept.at(-1)?.position ?? -1
  return losses
    .filter(({ kind, position }) => kind === 'tail-asked-anew' && Number(position) < last)
    .map((loss) => falseLoss(loss, 'more is sent after it'))
}

/** An answer may be added only where a user speaks directly after a result. */
function notBetween(losses: readonly Loss[], sent: readonly ExpectedEntry[]): CopyDifference[] {
  return losses.filter(isAddition).flatMap((loss) => {
    const at = sent.findIndex(({ position }) => position === loss.position)
    return isBetween(sent[at - 1]?.form, sent[at + 1]?.form)
      ? []
      : [falseLoss(loss, 'no user speaks directly after a result')]
  })
}

/** Says of a loss what is wrong with it. */
export function falseLoss({ position, path, before, after, kind }: Loss, detail: string): CopyDifference {
  const where = `the loss “${kind}” is not what it says: ${detail}`
  return { entry: position, path, kind: 'false-loss', detail: where, expected: before, found: after }
}

function applyLosses(
  text: string,
  losses: readonly Loss[],
  entries: readonly string[],
  mode: Replayed['mode'],
): { trees: Tree[]; complaints: CopyDifference[] } {
  const complaints: CopyDifference[] = []
  const tree = treeOf(text)
  let sent: Tree | undefined = tree
  for (const loss of losses) {
    const { path, after } = loss
    const complaint = checkLoss(loss, { text, entries, mode, sent })
    if (path === '' && !isAddition(loss)) sent = replacement(loss).at(-1)
    if (complaint !== undefined) complaints.push(falseLoss(loss, complaint))
    else if (path !== '') put(tree, parsePath(path) ?? [], after === null ? undefined : treeOf(after))
  }
  const additions = losses.filter(isAddition).flatMap(replacement)
  const whole = losses.findLast((loss) => loss.path === '' && !isAddition(loss))
  return { trees: [...additions, ...(whole === undefined ? [tree] : replacement(whole))], complaints }
}

/** What is sent in the place of a whole entry. */
function replacement({ after }: Loss): Tree[] {
  const tree = after === null ? [] : treeOf(after)
  return Array.isArray(tree) ? tree.filter((each) => each !== undefined) : []
}
