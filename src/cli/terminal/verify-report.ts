import { plural } from '../../model/plural.ts'
import type { Verified, VerifiedCounts } from '../../replay/verify-copies.ts'
import type { Certificate, CopyDifference } from '../../replay/verify/certificate.ts'
import { formatDifferencePlace, formatVerified } from './certificate-lines.ts'
import { LossCounts } from './loss-counts.ts'
import { formatReport, MAX_EXAMPLES, reasonOf, ReportCollector } from './report.ts'
import { defuseLine, fit } from './terminal-text.ts'

/** Lines for what is different or could not be compared: with all other lines fewer than 40. */
const MAX_PROBLEM_LINES = 22

/** Characters of the expected and the found text that are shown of each. */
const MAX_TEXT = 60

/** Collects the results of comparing copies. Neither its memory nor the report grows with their number. */
export class VerifyReport {
  readonly #problems = new ReportCollector()
  readonly #losses = new LossCounts()
  /** Copies of which the target does not return a member, by its name. */
  readonly #unseen = new Map<string, number>()
  #grown = 0

  add({ id, targetId, result }: Verified): void {
    const example = (what: string) => `${id} → ${targetId}: ${what}`
    if ('error' in result) {
      const reason = `not compared: ${reasonOf(result.error)}`
      this.#problems.add({ reason, noun: 'copy', hint: 'Run it again.' }, example(result.error))
      return
    }
    const [first] = result.certificate.differences
    if (first === undefined) this.#addEqual(id, result.certificate)
    else this.#problems.add({ reason: kinds[first.kind], noun: 'copy' }, example(formatDifference(first)))
  }

  /** Formats the totals, then what is different, then what is known to differ. */
  lines(counts: VerifiedCounts, file: string | undefined, width: number): string[] {
    const notes = [
      ...[...this.#unseen]
        .slice(0, MAX_EXAMPLES)
        .map(([what, count]) => `not returned by the target: ${what} (${plural(count, 'copy')})`),
      ...(this.#grown > 0 ? [`continued since they were made: ${plural(this.#grown, 'copy')}`] : []),
    ]
    return [
      ...formatVerified(counts, file),
      ...this.problemLines(width),
      ...this.#losses.lines('copy', width),
      ...notes.map((note) => fit(defuseLine(note), width)),
    ]
  }

  /** Formats what is different or could not be compared. */
  problemLines(width: number): string[] {
    const groups = this.#problems.groups()
    if (groups.length === 0) return []
    const hint =
      'hint: --verbose shows every difference with the expected and the found text; --id ID selects a copy.'
    return [...formatReport(groups, { lines: MAX_PROBLEM_LINES, width }), hint]
  }

  #addEqual(id: string, { losses, unseen, since }: Certificate): void {
    this.#losses.add(id, losses)
    for (const what of unseen) this.#unseen.set(what, (this.#unseen.get(what) ?? 0) + 1)
    if (since > 0) this.#grown++
  }
}

const kinds: Readonly<Record<CopyDifference['kind'], string>> = {
  gone: 'gone from the target',
  missing: 'different: an entry is missing',
  moved: 'different: entries are in another order',
  added: 'different: an entry was added that nobody sent',
  another: 'different: content is not as expected',
  'false-loss': 'different: a declared loss is wrong',
  apart: 'different: a call is separated from its result',
  structure: 'different: answered in other places',
}

function formatDifference(difference: CopyDifference): string {
  const { detail, expected, found } = difference
  const texts = [
    expected === null ? [] : [`expected ${cut(expected)}`],
    found === null ? [] : [`found ${cut(found)}`],
  ]
  const shown = texts.flat().join(', ')
  return `${formatDifferencePlace(difference)}: ${detail}${shown && ` (${shown})`}`
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`
}
