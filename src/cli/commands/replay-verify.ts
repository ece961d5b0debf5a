import { openArchive } from '../../archive/archive.ts'
import { HansardError } from '../../errors.ts'
import { certificateContent, LineFile } from '../../replay/line-file.ts'
import { recogniseTarget } from '../../replay/recognise-target.ts'
import { verifyCopies, type Verified } from '../../replay/verify-copies.ts'
import { connectTarget, type TargetOptions } from '../connect/connect-target.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { linesOfCertificate, linesOfSummary, type VerifiedCounts } from '../terminal/certificate-lines.ts'
import { writeJson, writeLine } from '../terminal/stdout.ts'

/** The options of `replay verify`. */
export interface ReplayVerifyOptions extends TargetOptions {
  readonly id?: readonly string[]
  readonly label?: string
  readonly out?: string
  readonly concurrency?: number
}

/** `hansard replay verify`: a certificate for every copy. Ends with 4 where one is different, with 3 where one could not be compared. */
export async function replayVerifyCommand(options: ReplayVerifyOptions, io: Io): Promise<ExitCode> {
  const archive = openArchive(options.archive)
  const client = connectTarget({ ...options, sameAccount: true }, io)
  try {
    const { signal } = io
    const target = await recogniseTarget(client, archive, {
      signal,
      yesDifferent: options.yesDifferent === true,
    })
    if (target === undefined) {
      throw new HansardError('usage', 'This archive has replayed nothing into that account', {
        hint: 'Give the key of the target; `hansard replay status` tells what was replayed where.',
      })
    }
    const counts = await withFile(options.out, (keep) => {
      const { id: ids, label, concurrency = 8 } = options
      const told = { identical: 0, equivalent: 0, different: 0, errors: 0 }
      const onVerified = async (verified: Verified): Promise<void> => {
        told['error' in verified.result ? 'errors' : verified.result.certificate.verdict]++
        await keep(verified)
        await tell(verified, options, io)
      }
      const how = { ids, label, concurrency, signal, onVerified }
      return verifyCopies(client, archive, target, how).then(() => told)
    })
    await tellEnd(counts, options, io)
    if (counts.different > 0) return exitCodes.different
    return counts.errors > 0 ? exitCodes.partial : exitCodes.done
  } finally {
    await client.close()
    archive.close()
  }
}

/** Keeps the certificates in a file, if one is wanted; what is not whole is not left behind. */
async function withFile<T>(
  path: string | undefined,
  work: (keep: (verified: Verified) => Promise<void>) => Promise<T>,
): Promise<T> {
  if (path === undefined) return work(() => Promise.resolve())
  const writer = await LineFile.open(path, certificateContent)
  try {
    const done = await work(async ({ result }) => {
      if ('certificate' in result) await writer.write(`${JSON.stringify(result.certificate)}\n`)
    })
    await writer.finish()
    return done
  } catch (thrown) {
    await writer.giveUp()
    throw thrown
  }
}

async function tell(verified: Verified, options: ReplayVerifyOptions, io: Io): Promise<void> {
  const { id, targetId, result } = verified
  if (options.json === true) {
    const line = 'error' in result ? { id, targetId, error: result.error } : result.certificate
    return writeJson(io.stdout, line)
  }
  const isFine = 'certificate' in result && result.certificate.verdict !== 'different'
  if (options.quiet === true && isFine) return
  const width = io.stdout.isTTY === true ? (io.stdout.columns ?? 80) : Infinity
  const layout = { width, everyLoss: options.verbose === true }
  for (const line of linesOfCertificate(verified, layout)) await writeLine(io.stdout, line)
}

async function tellEnd(counts: VerifiedCounts, options: ReplayVerifyOptions, io: Io): Promise<void> {
  if (options.json === true) {
    await writeJson(io.stdout, { command: 'replay verify', ...counts })
  } else if (options.quiet !== true) {
    for (const line of linesOfSummary(counts, options.out)) await writeLine(io.stdout, line)
  }
}
