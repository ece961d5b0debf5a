import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What one process took. */
export interface Measured {
  readonly seconds: number
  /** Processor time, user and system, in seconds. */
  readonly cpu: number
  /** Peak resident memory, in MiB. */
  readonly memory: number
  /** Bytes written to files and sockets; NaN where the system does not tell. */
  readonly written: number
  readonly stdout: string
}

/** The key of every account here, as long as those of the service: shorter ones are searched for in another way. */
export const KEY = 'BenchmarkKeyOfThirtyTwoLetters00'

const usage = fileURLToPath(new URL('usage.mjs', import.meta.url))

/** Runs a script in a new process and waits for its end. */
export async function measure(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Measured> {
  const began = process.hrtime.bigint()
  const child = spawn(process.execPath, ['--import', usage, script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  })
  const [stdout, used] = await Promise.all([collect(child.stdio[1]), collect(child.stdio[3])])
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`${script} ended with ${String(code)}: ${stdout}`)
  const { maxRSS, cpu, written } = JSON.parse(used) as { maxRSS: number; cpu: number; written: number | null }
  return {
    seconds: Number(process.hrtime.bigint() - began) / 1e9,
    cpu: cpu / 1e6,
    memory: maxRSS / 1024,
    written: written ?? NaN,
    stdout,
  }
}

/** The median. */
export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN
}

async function collect(stream: unknown): Promise<string> {
  let text = ''
  for await (const chunk of stream as NodeJS.ReadableStream) text += String(chunk)
  return text
}
