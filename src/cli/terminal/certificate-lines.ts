import { formatCounts, plural } from '../../model/plural.ts'
import type { Verified, VerifiedCounts } from '../../replay/verify-copies.ts'
import type { ComparedAnswers, Certificate, CopyDifference } from '../../replay/verify/certificate.ts'
import { formatLosses, type Layout } from './plan-table.ts'
import { defuseLine, fit, pad } from './terminal-text.ts'

/** Formats the certificate of one copy. */
export function formatCertificate({ id, name, targetId, result }: Verified, layout: Layout): string[] {
  const verdict = 'error' in result ? 'not compared' : formatVerdict(result.certificate)
  const head = [pad(verdict, 21), id, '→', targetId, ...(name === null ? [] : [name])].join('  ')
  const more = 'error' in result ? [result.error] : formatDetails(result.certificate, layout)
  return [head, ...more.map((line) => `  ${line}`)].map((line) => fit(defuseLine(line), layout.width))
}

/** Formats the summary. */
export function formatVerified(counts: VerifiedCounts, file: string | undefined): string[] {
  const { identical, equivalent, different, notCompared } = counts
  const all = identical + equivalent + different + notCompared
  return [
    `${plural(all, 'copy')}: ${formatCounts({ identical, equivalent, different, 'not compared': notCompared })}.`,
    ...(file === undefined ? [] : [`Certificates written to ${file}.`]),
  ]
}

function formatVerdict({ verdict, differences: [first] }: Certificate): string {
  if (first === undefined) return verdict
  return first.kind === 'gone' ? 'gone' : `${verdict} at ${placeOf(first)}`
}

function placeOf({ position }: CopyDifference): string {
  return position === null ? 'the conversation object' : `entry ${position}`
}

function formatDetails(certificate: Certificate, { width, everyLoss }: Layout): string[] {
  const { differences, losses, unseen, since, answers, hashes } = certificate
  return [
    ...differences.flatMap(formatDifference),
    ...formatLosses(losses, everyLoss).map((line) => `declared: ${line}`),
    ...unseen.map((what) => `not returned by the target: ${what}`),
    ...(since === 0 ? [] : [`${plural(since, 'entry')} added since the copy was made`]),
    ...answers.flatMap((each) => formatAnswers(each, width)),
    `SHA-256: source ${shorten(hashes.source)}, expected ${shorten(hashes.expected)}, copy ${shorten(hashes.target)}`,
  ]
}

/** Formats where a difference is: `entry 2 content[0]`. */
export function formatDifferencePlace(difference: CopyDifference): string {
  return `${placeOf(difference)}${difference.path && ` ${difference.path}`}`
}

function formatDifference(difference: CopyDifference): string[] {
  const { detail, expected, found } = difference
  return [
    `${formatDifferencePlace(difference)}: ${detail}`,
    ...(expected === null ? [] : [`  expected: ${expected}`]),
    ...(found === null ? [] : [`  found:    ${found}`]),
  ]
}

/** The width below which responses are not shown in two columns. */
const TWO_COLUMNS = 60

/** Formats the responses of source and target, side by side where the width allows it. */
function formatAnswers({ position, asked, source, target }: ComparedAnswers, width: number): string[] {
  const head = `entry ${position}: ${asked}`
  if (width === Infinity || width < TWO_COLUMNS) return [head, `  source: ${source}`, `  target: ${target}`]
  const half = Math.floor((width - 9) / 2)
  const [left, right] = [source, target].map((text) => fit(defuseLine(text), half))
  return [head, `  ${pad(left ?? '', half)} │ ${right ?? ''}`]
}

function shorten(hash: string | null): string {
  return hash === null ? 'none' : `${hash.slice(0, 12)}…`
}
