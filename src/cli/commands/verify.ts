import { setImmediate as nextTurn } from 'node:timers/promises'

import { repairArchive, type Repair } from '../../archive/integrity/repair-archive.ts'
import { verifyArchive, type CheckResult, type Finding } from '../../archive/integrity/verify-archive.ts'
import { HansardError } from '../../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { selects } from '../options/selection-options.ts'
import type { VerifyCommandOptions } from '../options/verify-options.ts'
import { plural } from '../terminal/plural.ts'
import { write, writeJson, writeLine } from '../terminal/stdout.ts'
import { defuseLine } from '../terminal/terminal-text.ts'

/** `hansard verify`: the archive against itself; with --remote, against the account. */
export async function verifyCommand(options: VerifyCommandOptions, io: Io): Promise<ExitCode> {
  refuseNonsense(options)
  io.goOnUnread?.() // its exit code says whether the archive is sound, whoever reads the words
  if (options.remote === true) return (await import('./verify-remote.ts')).verifyRemote(options, io)
  const repairs = options.repair === true ? repairArchive(options.archive, io.name) : undefined
  const report = await examine(options, io)
  if (options.json === true) {
    const { isReadable, checks, findings, counts } = report
    const sound = counts.findings === 0
    const result = { command: 'verify', archive: options.archive, sound, isReadable, repairs }
    await writeJson(io.stdout, { ...result, checks, findings, counts, note: NOTE })
  } else if (isTalking(options)) {
    await writeSummary(report, repairs, options, io)
  }
  if (!report.isReadable) return exitCodes.damaged
  return report.counts.findings === 0 ? exitCodes.done : exitCodes.different
}

interface Report {
  readonly isReadable: boolean
  readonly checks: readonly CheckResult[]
  /** The first of each check; `counts` counts all. */
  readonly findings: readonly Finding[]
  readonly counts: { readonly findings: number; readonly errors: number; readonly repairable: number }
}

/** So many findings of a check are told one by one. */
const TOLD = 100

const NOTE = 'This detects decay, not tampering: whoever can change a text can change its hash as well.'

/** Makes the checks; tells people of each when it is done. */
async function examine(options: VerifyCommandOptions, io: Io): Promise<Report> {
  const checks: CheckResult[] = []
  const findings: Finding[] = []
  const counts = { findings: 0, errors: 0, repairable: 0 }
  const told = new Map<string, number>()
  const steps = verifyArchive(options.archive, { isRepaired: options.repair === true })
  for (;;) {
    const step = steps.next()
    if (step.done === true) return { ...step.value, checks, findings, counts }
    if ('done' in step.value) {
      checks.push(step.value.done)
      if (isTalking(options)) await writeLine(io.stdout, lineOfCheck(step.value.done))
      await nextTurn() // SQLite keeps this process to itself: only now a signal can be heard
      if (!io.signal.aborted) continue
      steps.return({ isReadable: true })
      throw new HansardError('interrupted', 'The verification was interrupted')
    }
    const { finding } = step.value
    counts.findings++
    if (finding.severity === 'error') counts.errors++
    if (finding.repairable) counts.repairable++
    told.set(finding.check, (told.get(finding.check) ?? 0) + 1)
    if ((told.get(finding.check) ?? 0) > TOLD) continue
    findings.push(finding)
    if (options.json !== true) await write(io.stdout, linesOfFinding(finding))
  }
}

function isTalking({ json, quiet }: VerifyCommandOptions): boolean {
  return json !== true && quiet !== true
}

function lineOfCheck({ check, about, findings }: CheckResult): string {
  return findings === 0 ? `ok       ${check}: ${about}` : `PROBLEM  ${check}: ${plural(findings, 'finding')}`
}

function linesOfFinding({ check, what, where, advice }: Finding): string {
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
  for (const line of linesOfRepairs(repairs, counts)) await writeLine(io.stdout, defuseLine(line))
  const verdict = counts.findings === 0 ? `is sound: ${plural(checks.length, 'check')}` : verdictOf(counts)
  await writeLine(
    io.stdout,
    defuseLine(isReadable ? `${archive} ${verdict}.` : `${archive} can’t be read as an archive.`),
  )
  await writeLine(io.stdout, NOTE)
}

function linesOfRepairs(
  repairs: readonly Repair[] | undefined,
  { findings, repairable }: Report['counts'],
): string[] {
  if (repairs === undefined) return []
  if (repairs.length > 0)
    return ['Repaired before these checks:', ...repairs.map(({ check, what }) => `  ${check}: ${what}`)]
  if (findings === 0) return ['Nothing had to be repaired.']
  if (repairable === 0) return ['Nothing could be repaired.']
  return [
    'Nothing was repaired: an index may hold what its table has lost, and waits until the content is sound.',
  ]
}

function verdictOf({ findings, repairable }: Report['counts']): string {
  const how = repairable === 0 ? 'none of them can be repaired' : `${repairable} can be repaired`
  return `is not sound: ${plural(findings, 'finding')}, ${how}`
}

function refuseNonsense(options: VerifyCommandOptions): void {
  const { repair, remote, sample, seed } = options
  if (repair === true && remote === true)
    throw new HansardError('usage', '--repair works on the archive, --remote on the account: choose one')
  if (remote !== true && sample !== undefined) throw new HansardError('usage', '--sample needs --remote')
  if (remote !== true && selects(options))
    throw new HansardError('usage', 'Only --remote compares a selection; the archive is checked as a whole')
  if (sample === undefined && seed !== undefined) throw new HansardError('usage', '--seed needs --sample')
}
