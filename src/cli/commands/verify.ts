import { setImmediate as nextTurn } from 'node:timers/promises'

import { repairArchive, type Repair } from '../../archive/integrity/repair-archive.ts'
import { verifyArchive, type CheckResult, type Finding } from '../../archive/integrity/verify-archive.ts'
import { HansardError } from '../../errors.ts'
import { formatNumber, plural } from '../../model/plural.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { selects } from '../options/selection-options.ts'
import { formatReport, reasonOf, ReportCollector, type ReportGroup } from '../terminal/report.ts'
import { widthOf, writeLines, writeResult } from '../terminal/stdout.ts'
import type { VerifyCommandOptions } from './verify-remote.ts'

/** `hansard verify`: checks the archive; with --remote, compares it with the account. */
export async function verifyCommand(options: VerifyCommandOptions, io: Io): Promise<ExitCode> {
  refuseConflictingOptions(options)
  io.goOnUnread?.() // the exit code counts even when nobody reads the output
  if (options.remote) return (await import('./verify-remote.ts')).verifyRemote(options, io)
  const { archive } = options
  const repairs = options.repair ? repairArchive(archive, io.name) : undefined
  const report = await runChecks(options, io)
  const { isReadable, checks, findings, groups, counts } = report
  const sound = counts.findings === 0
  const head = { command: 'verify', archive, sound, readable: isReadable, repairs: repairs ?? null }
  const result = { ...head, checks, findings, problems: groups, counts, note: NOTE }
  if (!options.json) await writeLines(io.stdout, formatFindings(report, repairs, options, io))
  await writeResult(options, io, result, formatSummary(report, repairs, archive))
  if (!isReadable) return exitCodes.damaged
  return sound ? exitCodes.done : exitCodes.different
}

interface Report {
  readonly isReadable: boolean
  readonly checks: readonly CheckResult[]
  /** The first findings of each check, or all with --verbose; `counts` and `groups` cover all. */
  readonly findings: readonly Finding[]
  readonly groups: readonly ReportGroup[]
  readonly counts: { readonly findings: number; readonly errors: number; readonly repairable: number }
}

/** How many findings of a check are kept for --json. */
const KEPT = 100

const NOTE =
  'Verification detects decay, not tampering: anyone who can change a text can also change its hash.'

/** Runs the checks, and prints each as soon as it has ended; with --verbose also each finding. */
async function runChecks(options: VerifyCommandOptions, io: Io): Promise<Report> {
  const checks: CheckResult[] = []
  const findings: Finding[] = []
  const counts = { findings: 0, errors: 0, repairable: 0 }
  const found = new Map<string, number>()
  const collected = new ReportCollector()
  const steps = verifyArchive(options.archive, { isRepaired: options.repair })
  for (;;) {
    const step = steps.next()
    if (step.done === true) return { ...step.value, checks, findings, groups: collected.groups(), counts }
    if ('done' in step.value) {
      checks.push(step.value.done)
      if (!options.json && !options.quiet) await writeLines(io.stdout, [formatCheck(step.value.done)])
      await nextTurn() // lets a signal arrive: SQLite blocks the event loop during a check
      if (!io.signal.aborted) continue
      steps.return({ isReadable: true })
      throw new HansardError('interrupted', 'Interrupted before all checks had run')
    }
    const { finding } = step.value
    counts.findings++
    if (finding.severity === 'error') counts.errors++
    if (finding.repairable) counts.repairable++
    const number = (found.get(finding.check) ?? 0) + 1
    found.set(finding.check, number)
    collected.add(groupOf(finding), describeFinding(finding))
    if (options.json && (number <= KEPT || options.verbose)) findings.push(finding)
    if (options.verbose && !options.json)
      await writeLines(io.stdout, [`  ${finding.check}: ${describeFinding(finding)}`])
  }
}

function formatCheck({ check, about, findings }: CheckResult): string {
  return findings === 0 ? `ok       ${check}: ${about}` : `PROBLEM  ${check}: ${plural(findings, 'finding')}`
}

function groupOf({ check, what, hint }: Finding): Pick<ReportGroup, 'reason' | 'noun' | 'hint'> {
  return { reason: `${check}: ${reasonOf(what)}`, noun: 'finding', hint }
}

function describeFinding({ what, where }: Finding): string {
  const { table, row, conversationId } = where
  const place = [table && [table, row].filter((part) => part !== undefined).join(' '), conversationId]
  const prefix = place.filter(Boolean).join(', ')
  return `${prefix && `${prefix}: `}${what}`
}

/** Lines for the findings and the repairs; each check and the summary have lines of their own. */
const REPORT_LINES = 36

function formatFindings(
  { checks, groups }: Report,
  repairs: readonly Repair[] | undefined,
  { verbose, quiet }: VerifyCommandOptions,
  io: Io,
): string[] {
  const free = REPORT_LINES - (quiet ? 0 : checks.length + formatRepairs(repairs, zero).length)
  const layout = { verbose, lines: Math.max(free, 6), width: widthOf(io.stdout) - 2 }
  return formatReport(groups, layout).map((line) => `  ${line}`)
}

const zero = { findings: 0, errors: 0, repairable: 0 }

function formatSummary(
  { isReadable, checks, counts }: Report,
  repairs: readonly Repair[] | undefined,
  archive: string,
): string[] {
  const verdict =
    counts.findings === 0 ? `is sound: ${plural(checks.length, 'check')}` : formatVerdict(counts)
  const end = isReadable ? `${archive} ${verdict}.` : `${archive} cannot be read as an archive.`
  return [...formatRepairs(repairs, counts), end, NOTE]
}

function formatRepairs(
  repairs: readonly Repair[] | undefined,
  { findings, repairable }: Report['counts'],
): string[] {
  if (repairs === undefined) return []
  if (repairs.length > 0) return ['Repaired before the checks:', ...groupRepairs(repairs)]
  if (findings === 0) return ['Nothing needed repair.']
  if (repairable === 0) return ['Nothing could be repaired.']
  return [
    'Nothing was repaired: an index may hold the last trace of lost content, so it is rebuilt only when the content is sound.',
  ]
}

/** Number of repairs up to which each has a line. */
const FEW_REPAIRS = 10

/** Formats the repairs; many are grouped, since a damaged table can need one for each row. */
function groupRepairs(repairs: readonly Repair[]): string[] {
  if (repairs.length <= FEW_REPAIRS) return repairs.map(({ check, what }) => `  ${check}: ${what}`)
  const collected = new ReportCollector()
  for (const { check, what } of repairs)
    collected.add({ reason: `${check}: ${reasonOf(what)}`, noun: 'repair' }, what)
  return formatReport(collected.groups(), { lines: FEW_REPAIRS }).map((line) => `  ${line}`)
}

function formatVerdict({ findings, repairable }: Report['counts']): string {
  const how =
    repairable === 0 ? 'none of them can be repaired' : `${formatNumber(repairable)} can be repaired`
  return `is not sound: ${plural(findings, 'finding')}, ${how}`
}

function refuseConflictingOptions(options: VerifyCommandOptions): void {
  const { repair, remote, sample, seed } = options
  const conflicts = [
    {
      isGiven: repair && remote,
      message:
        '--repair and --remote cannot be combined: one changes the archive, the other reads the account',
    },
    { isGiven: sample !== undefined && !remote, message: '--sample needs --remote' },
    {
      isGiven: selects(options) && !remote,
      message: 'Selecting conversations needs --remote; without it, the whole archive is checked',
    },
    { isGiven: seed !== undefined && sample === undefined, message: '--seed needs --sample' },
  ]
  const conflict = conflicts.find(({ isGiven }) => isGiven)
  if (conflict !== undefined) throw new HansardError('usage', conflict.message)
}
