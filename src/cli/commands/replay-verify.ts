import { withArchive } from '../../archive/with-archive.ts'
import { verifyCopies, type Verified, type VerifiedCounts } from '../../replay/verify-copies.ts'
import { connectTarget, type TargetOptions } from '../connect/connect-target.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { formatCertificate, formatVerified } from '../terminal/certificate-lines.ts'
import { writeJson, writeLine } from '../terminal/stdout.ts'

/** The options of `replay verify`. */
export interface ReplayVerifyOptions extends TargetOptions {
  readonly id?: readonly string[]
  readonly label?: string
  readonly out?: string
  readonly concurrency?: number
}

/** `hansard replay verify`: a certificate for every copy. Exits with 4 if one is different, with 3 if one could not be compared. */
export async function replayVerifyCommand(options: ReplayVerifyOptions, io: Io): Promise<ExitCode> {
  return await withArchive(options.archive, async (archive) => {
    const client = connectTarget({ ...options, sameAccount: true }, io)
    const { id: ids, label, out, concurrency } = options
    const { signal } = io
    try {
      const onVerified = (verified: Verified) => printVerified(verified, options, io)
      const counts = await verifyCopies(client, archive, { ids, label, out, concurrency, signal, onVerified })
      await printEnd(counts, options, io)
      if (counts.different > 0) return exitCodes.different
      return counts.errors > 0 ? exitCodes.partial : exitCodes.done
    } finally {
      await client.close()
    }
  })
}

async function printVerified(verified: Verified, options: ReplayVerifyOptions, io: Io): Promise<void> {
  const { id, targetId, result } = verified
  if (options.json === true) {
    const line = 'error' in result ? { id, targetId, error: result.error } : result.certificate
    return writeJson(io.stdout, line)
  }
  const isFine = 'certificate' in result && result.certificate.verdict !== 'different'
  if (options.quiet === true && isFine) return
  const width = io.stdout.isTTY === true ? (io.stdout.columns ?? 80) : Infinity
  const layout = { width, everyLoss: options.verbose === true }
  for (const line of formatCertificate(verified, layout)) await writeLine(io.stdout, line)
}

async function printEnd(counts: VerifiedCounts, options: ReplayVerifyOptions, io: Io): Promise<void> {
  if (options.json === true) {
    await writeJson(io.stdout, { command: 'replay verify', ...counts })
  } else if (options.quiet !== true) {
    for (const line of formatVerified(counts, options.out)) await writeLine(io.stdout, line)
  }
}
