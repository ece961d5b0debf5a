import { withArchive } from '../../archive/with-archive.ts'
import { verifyCopies, type Verified } from '../../replay/verify-copies.ts'
import { withTarget } from '../connect.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Io, TargetOptions } from '../io.ts'
import { wholeIds } from '../options/whole-ids.ts'
import { warnOfMissing } from '../terminal/archive-warnings.ts'
import { formatCertificate } from '../terminal/certificate-lines.ts'
import { layoutFor } from '../terminal/plan-table.ts'
import { writeJson, writeLines } from '../terminal/stdout.ts'
import { VerifyReport } from '../terminal/verify-report.ts'

/** The options of `replay verify`. */
export interface ReplayVerifyOptions extends TargetOptions {
  readonly id?: readonly string[]
  readonly label?: string
  readonly out?: string
  readonly concurrency?: number
}

/**
 * `hansard replay verify`: compares every copy with its source, and prints a summary, with --verbose and with --json every
 * certificate. Exits with 4 if one is different, with 3 if one could not be compared.
 */
export async function replayVerifyCommand(options: ReplayVerifyOptions, io: Io): Promise<ExitCode> {
  io.goOnUnread?.() // the exit code counts even when nobody reads the output
  const report = new VerifyReport()
  const onVerified = async (verified: Verified) => {
    report.add(verified)
    await printVerified(verified, options, io)
  }
  return await withArchive(options.archive, async (archive) => {
    const ids = wholeIds(archive, options.id)
    await warnOfMissing(archive, ids, io)
    const how = { ...options, ids, signal: io.signal, onVerified }
    const target = { ...options, sameAccount: true }
    const counts = await withTarget(target, io, (client) => verifyCopies(client, archive, how))
    const { width } = layoutFor(options, io)
    if (options.json) await writeJson(io.stdout, { command: 'replay verify', ...counts })
    else if (options.quiet) await writeLines(io.stdout, report.problemLines(width))
    else await writeLines(io.stdout, report.lines(counts, options.out, width))
    if (counts.different > 0) return exitCodes.different
    return counts.notCompared > 0 ? exitCodes.partial : exitCodes.done
  })
}

async function printVerified(verified: Verified, options: ReplayVerifyOptions, io: Io): Promise<void> {
  const { id, targetId, result } = verified
  if (options.json) {
    const line = 'error' in result ? { id, targetId, error: result.error } : result.certificate
    return writeJson(io.stdout, line)
  }
  const isFine = 'certificate' in result && result.certificate.verdict !== 'different'
  if (options.verbose && !(options.quiet && isFine))
    await writeLines(io.stdout, formatCertificate(verified, layoutFor(options, io)))
}
