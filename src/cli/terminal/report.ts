import { formatNumber, plural } from '../../model/plural.ts'
import { defuseLine, fit } from './terminal-text.ts'
import { countRows } from './wrap-text.ts'

/** Cells before each line of a report that stands below a heading. */
export const INDENT = 2

/** How many examples of a reason are shown. */
export const MAX_EXAMPLES = 3

/** A reason of a report: how often it occurred, three examples, and what to do. */
export interface ReportGroup {
  /** The reason, the same text for all members of the group: a code such as `history/timeout`, or a short sentence. */
  readonly reason: string
  readonly count: number
  /** What is counted, in the singular. Default: conversation. */
  readonly noun?: string | undefined
  /** Up to three members, each on one line: `conv_1: Timeout after 60 s`. */
  readonly examples: readonly string[]
  /** What to do, on one line. */
  readonly hint?: string | undefined
}

/** How to lay out a report. */
export interface ReportLayout {
  /** Maximum number of rows. Default: 30, of the 40 that a command may print without --verbose. */
  readonly lines?: number
  /** With --verbose the number of lines is not limited. */
  readonly verbose?: boolean | undefined
  /** Width of the terminal in cells (`widthOf`). Default: unlimited. */
  readonly width?: number
  /** Where the complete list is, as in "and 12 more reasons (…)". Default: `see --verbose`. */
  readonly more?: string
}

/**
 * Formats what failed, or what else needs a person, grouped by reason. All commands use it, so that no report becomes
 * longer than a screen: the largest groups come first, and each group has its reason and count, up to three examples and
 * one line that says what to do. If the lines do not suffice for all groups, first their examples become fewer, down to
 * one, and then the smallest groups are only counted.
 *
 * The groups come from a `ReportCollector`, or from SQL that counts them. With --verbose, a command also prints each
 * member on a line of its own, before this report.
 */
export function formatReport(groups: readonly ReportGroup[], layout: ReportLayout = {}): string[] {
  const { verbose = false, width = Infinity, more = 'see --verbose' } = layout
  const lines = verbose ? Infinity : (layout.lines ?? 30)
  const sorted = [...groups].sort((a, b) => b.count - a.count)
  const height = (shown: readonly ReportGroup[], most: number) => heightOf(shown, most, width)
  const examples = [MAX_EXAMPLES, 2, 1].find((most) => height(sorted, most) <= lines) ?? 1
  const fits = (end: number) => height(sorted.slice(0, end), examples) <= lines - 1
  const shown = height(sorted, examples) <= lines ? sorted : sorted.filter((_, i) => fits(i + 1))
  const rest = sorted.slice(shown.length)
  return [
    ...shown.flatMap((group) => formatGroup(group, examples, width)),
    ...(rest.length === 0 ? [] : [`and ${plural(rest.length, 'more reason')} (${sumOf(rest)}): ${more}`]),
  ]
}

/** Collects the members of a report one at a time. Its memory does not grow with their number. */
export class ReportCollector {
  readonly #groups = new Map<string, OpenGroup>()
  #count = 0

  /** Adds a member, which is shown as `example` if it is one of the first three of its reason. */
  add({ reason, noun, hint }: Pick<ReportGroup, 'reason' | 'noun' | 'hint'>, example: string): void {
    const isKept = this.#groups.has(reason) || this.#groups.size < MAX_REASONS
    const group = this.#group(isKept ? { reason, noun, hint } : { reason: 'other reasons', noun })
    this.#count++
    group.count++
    if (group.examples.length < MAX_EXAMPLES) group.examples.push(example)
  }

  /** Number of members of all groups. */
  get count(): number {
    return this.#count
  }

  groups(): ReportGroup[] {
    return [...this.#groups.values()]
  }

  #group(facts: Pick<ReportGroup, 'reason' | 'noun' | 'hint'>): OpenGroup {
    const known = this.#groups.get(facts.reason)
    if (known !== undefined) return known
    const group = { ...facts, count: 0, examples: [] }
    this.#groups.set(facts.reason, group)
    return group
  }
}

/** A group that still grows. */
type OpenGroup = ReportGroup & { count: number; readonly examples: string[] }

/**
 * Returns the part of a message that is the same for all members of a group: ids, numbers, times and quoted texts, which
 * differ from one conversation to the next, are replaced by `…`. HTTP statuses stay.
 */
export function reasonOf(message: string): string {
  return message
    .slice(0, 1000)
    .replaceAll(/"[^"]*"|`[^`]*`/g, '…')
    .replaceAll(/\b\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?/g, '…')
    .replaceAll(/\b(?=[\w-]*\d)(?=[\w-]*_|[\w-]{8})[\w-]+/g, '…')
    .replaceAll(/(?<!HTTP |returns )\b(?!\d{3}\))\d[\d,.]*\b/g, '…')
    .replaceAll(/…(?:[\s,/:.-]*…)+/g, '…')
}

/** Number of different reasons that are kept; the others are counted together. */
const MAX_REASONS = 1000

/** Cells of a line where nothing else limits it: a message may quote a long response. */
const MAX_WIDTH = 200

function formatGroup(group: ReportGroup, examples: number, width: number): string[] {
  const { reason, count, noun = 'conversation', hint } = group
  const fitted = (line: string) => fit(defuseLine(line), Math.min(width, MAX_WIDTH))
  return [
    fitted(`${reason}: ${plural(count, noun)}`),
    ...group.examples.slice(0, examples).map((example) => fitted(`  ${example}`)),
    ...hintOf(hint),
  ]
}

/** The rows of groups on a terminal, which breaks a long hint. */
function heightOf(groups: readonly ReportGroup[], examples: number, width: number): number {
  const height = ({ hint, ...group }: ReportGroup) =>
    1 + Math.min(examples, group.examples.length) + countRows(hintOf(hint), width)
  return groups.reduce((sum, group) => sum + height(group), 0)
}

function hintOf(hint: string | undefined): string[] {
  return hint === undefined ? [] : [`  hint: ${hint}`]
}

/** Names the number of members: with their noun if they all have the same. */
function sumOf(groups: readonly ReportGroup[]): string {
  const sum = groups.reduce((all, { count }) => all + count, 0)
  const nouns = new Set(groups.map(({ noun = 'conversation' }) => noun))
  const [noun = ''] = nouns
  return nouns.size === 1 ? plural(sum, noun) : `${formatNumber(sum)} in all`
}
