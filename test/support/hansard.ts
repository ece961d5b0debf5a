import { PassThrough, Readable } from 'node:stream'

import type { Io } from '../../src/cli/io.ts'
import { run } from '../../src/cli/main.ts'
import { testIo } from './test-io.ts'

/** The outcome of a command line. */
export interface Outcome {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command line in this process, with its own streams and environment. */
export async function hansard(
  args: readonly string[],
  {
    stdin = '',
    ...given
  }: Partial<Pick<Io, 'env' | 'signal' | 'now' | 'clock'>> & { readonly stdin?: string } = {},
): Promise<Outcome> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const [out, err] = [collect(stdout), collect(stderr)]
  const exitCode = await run(args, testIo({ stdin: Readable.from([stdin]), stdout, stderr, ...given }))
  stdout.end()
  stderr.end()
  return { exitCode, stdout: await out, stderr: await err }
}

async function collect(stream: PassThrough): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
