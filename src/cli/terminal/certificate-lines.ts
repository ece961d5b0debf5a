import type { Verified, VerifiedCounts } from '../../replay/verify-copies.ts'
import type { ComparedAnswers, Certificate, CopyDifference } from '../../replay/verify/certificate.ts'
import { kindsOf, lossWords } from './plan-table.ts'
import { plural } from './plural.ts'
import { defuseLine, fit, pad } from './terminal-text.ts'

interface Layout {
  readonly width: number
  readonly everyLoss: boolean
}

/** The lines that tell a person of one copy. */
export function linesOfCertificate({ id, name, targetId, result }: Verified, layout: Layout): string[] {
  const verdict = 'error' in result ? 'not compared' : verdictWords(result.certificate)
  const head = [pad(verdict, 21), id, '→', targetId, ...(name === null ? [] : [name])].join('  ')
  const more = 'error' in result ? [result.error] : linesWithin(result.certificate, layout)
  return [head, ...more.map((line) => `  ${line}`)].map((line) => fit(defuseLine(line), layout.width))
}

/** The lines at the end. */
export function linesOfSummary(counts: VerifiedCounts, file: string | undefined): string[] {
  const { identical, equivalent, different, errors } = counts
  const all = identical + equivalent + different + errors
  const parts = [`${identical} identical`, `${equivalent} equivalent`, `${different} different`]
  return [
    `${plural(all, 'copy')}: ${[...parts, `${errors} not compared`].join(', ')}.`,
    ...(file === undefined ? [] : [defuseLine(`The certificates are in ${file}.`)]),
  ]
}

function verdictWords({ verdict, differences: [first] }: Certificate): string {
  if (first === undefined) return verdict
  return first.kind === 'gone' ? 'gone' : `${verdict} at ${placeOf(first)}`
}

function placeOf({ entry }: CopyDifference): string {
  return entry === null ? 'its row' : `entry ${entry}`
}

function linesWithin(certificate: Certificate, { width, everyLoss }: Layout): string[] {
  const { differences, losses, unseen, since, answers, hashes } = certificate
  return [
    ...differences.flatMap(linesOfDifference),
    ...(everyLoss ? losses.map(lossWords) : kindsOf(losses)).map((line) => `declared: ${line}`),
    ...unseen.map((what) => `not shown by the target: ${what}`),
    ...(since === 0 ? [] : [`${plural(since, 'entry')} came to it since`]),
    ...answers.flatMap((each) => linesOfAnswers(each, width)),
    `sha256 of the source ${brief(hashes.source)}, as declared ${brief(hashes.expected)}, of the copy ${brief(hashes.target)}`,
  ]
}

function linesOfDifference(difference: CopyDifference): string[] {
  const { path, detail, expected, found } = difference
  const place = [placeOf(difference), path].filter((part) => part !== '').join(' ')
  return [
    `${place}: ${detail}`,
    ...(expected === null ? [] : [`  must be: ${expected}`]),
    ...(found === null ? [] : [`  is:      ${found}`]),
  ]
}

/** Narrower than this, two columns are of no use. */
const COLUMNS = 60

/** What was answered here and there, side by side where there is room. */
function linesOfAnswers({ entry, asked, source, target }: ComparedAnswers, width: number): string[] {
  const head = `entry ${entry}: ${asked}`
  if (width === Infinity || width < COLUMNS) return [head, `  source: ${source}`, `  target: ${target}`]
  const half = Math.floor((width - 9) / 2)
  const [left, right] = [source, target].map((text) => fit(defuseLine(text), half))
  return [head, `  ${pad(left ?? '', half)} │ ${right ?? ''}`]
}

function brief(hash: string | null): string {
  return hash === null ? 'none' : `${hash.slice(0, 12)}…`
}
