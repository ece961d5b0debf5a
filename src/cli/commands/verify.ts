import { setImmediate as nextTurn } from 'node:timers/promises'

import { repairArchive, type Repair } from '../../archive/integrity/repair-archive.ts'
import { verifyArchive, type CheckResult, type Finding } from '../../archive/integrity/verify-archive.ts'
import { HansardError } from '../../errors.ts'
import { formatNumber, plural } from '../../model/plural.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { selects } from '../options/selection-options.ts'
import type { VerifyCommandOptions } from '../options/verify-options.ts'
import { write, writeJson, writeLine } from '../terminal/stdout.ts'
import { defuseLine } from '../terminal/terminal-text.ts'

/** `hansard verify`: checks the archive; with --remote, compares it with the account. */
export async function verifyCommand(options: VerifyCommandOptions, io: Io): Promise<ExitCode> {
  refuseConflictingOptions(options)
  io.goOnUnread?.() // the exit code counts even when nobody reads the output
  if (options.remote === true) return (await import('./verify-remote.ts')).verifyRemote(options, io)
  const repairs = options.repair === true ? repairArchive(options.archive, io.name) : undefined
  const report = await runChecks(options, io)
  if (options.json === true) {
    const { isReadable, checks, findings, counts } = report
    const sound = counts.findings === 0
    const result = { command: 'verify', archive: options.archive, sound, isReadable, repairs }
    await writeJson(io.stdout, { ...result, checks, findings, counts, note: NOTE })
  } else if (printsReport(options)) {
    await writeSummary(report, repairs, options, io)
  }
  if (!report.isReadable) return exitCodes.damaged
  return report.counts.findings === 0 ? exitCodes.done : exitCodes.different
}

interface Report {
  readonly isReadable: boolean
  readonly checks: readonly CheckResult[]
  /** The first findings of each check; `counts` covers all. */
  readonly findings: readonly Finding[]
  readonly counts: { readonly findings: number; readonly errors: number; readonly repairable: number }
}

/** How many findings of a check are printed. */
const PRINTED = 100

const NOTE =
  'Verification detects decay, not tampering: anyone who can change a text can also change its hash.'

/** Runs the checks, and prints each as soon as it has ended. */
async function runChecks(options: VerifyCommandOptions, io: Io): Promise<Report> {
  const checks: CheckResult[] = []
  const findings: Finding[] = []
  const counts = { findings: 0, errors: 0, repairable: 0 }
  const found = new Map<string, number>()
  const steps = verifyArchive(options.archive, { isRepaired: options.repair === true })
  for (;;) {
    const step = steps.next()
    if (step.done === true) return { ...step.value, checks, findings, counts }
    if ('done' in step.value) {
      checks.push(step.value.done)
      if (printsReport(options)) await writeLine(io.stdout, formatCheck(step.value.done))
      await nextTurn() // lets a signal arrive: SQLite blocks the event loop during a check
      if (!io.signal.aborted) continue
      steps.return({ isReadable: true })
      throw new HansardError('interrupted', 'Interrupted before all checks had run')
    }
    const { finding } = step.value
    counts.findings++
    if (finding.severity === 'error') counts.errors++
    if (finding.repairable) counts.repairable++
    found.set(finding.check, (found.get(finding.check) ?? 0) + 1)
    if ((found.get(finding.check) ?? 0) > PRINTED) continue
    findings.push(finding)
    if (options.json !== true) await write(io.stdout, formatFinding(finding))
  }
}

function printsReport({ json, quiet }: VerifyCommandOptions): boolean {
  return json !== true && quiet !== true
}

function formatCheck({ check, about, findings }: CheckResult): string {
  return findings === 0 ? `ok       ${check}: ${about}` : `PROBLEM  ${check}: ${plural(findings, 'finding')}`
}

function formatFinding({ check, what, where, advice }: Finding): string {
  const { table, row, conversation } = where
  const place = [
    table === undefined ? undefined : `${table}${row === undefined ? '' : ` ${row}`}`,
    conversation,
  ].filter((part) => part !== undefined)
  const prefix = place.length === 0 ? '' : `${place.join(', ')}: `
  return `${defuseLine(`  ${check}: ${prefix}${what}`)}\n    ${advice}\n`
}

async function writeSummary(
  { isReadable, checks, counts }: Report,
  repairs: readonly Repair[] | undefined,
  { archive }: VerifyCommandOptions,
  io: Io,
): Promise<void> {
  for (const line of formatRepairs(repairs, counts)) await writeLine(io.stdout, defuseLine(line))
  const verdict =
    counts.findings === 0 ? `is sound: ${plural(checks.length, 'check')}` : formatVerdict(counts)
  await writeLine(
    io.stdout,
    defuseLine(isReadable ? `${archive} ${verdict}.` : `${archive} cannot be read as an archive.`),
  )
  await writeLine(io.stdout, NOTE)
}

function formatRepairs(
  repairs: readonly Repair[] | undefined,
  { findings, repairable }: Report['counts'],
): string[] {
  if (repairs === undefined) return []
  if (repairs.length > 0)
    return ['Repaired before the checks:', ...repairs.map(({ check, what }) => `  ${check}: ${what}`)]
  if (findings === 0) return ['Nothing needed repair.']
  if (repairable === 0) return ['Nothing could be repaired.']
  return [
    'Nothing was repaired: an index may hold the last trace of lost content, so it is rebuilt only when the content is sound.',
  ]
}

function formatVerdict({ findings, repairable }: Report['counts']): string {
  const how =
    repairable === 0 ? 'none of them can be repaired' : `${formatNumber(repairable)} can be repaired`
  return `is not sound: ${plural(findings, 'finding')}, ${how}`
}

function refuseConflictingOptions(options: VerifyCommandOptions): void {
  const { repair, remote, sample, seed } = options
  if (repair === true && remote === true)
    throw new HansardError(
      'usage',
      '--repair and --remote cannot be combined: one changes the archive, the other reads the account',
    )
  if (remote !== true && sample !== undefined) throw new HansardError('usage', '--sample needs --remote')
  if (remote !== true && selects(options))
    throw new HansardError(
      'usage',
      'Selecting conversations needs --remote; without it, the whole archive is checked',
    )
  if (sample === undefined && seed !== undefined) throw new HansardError('usage', '--seed needs --sample')
}
