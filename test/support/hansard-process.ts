import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The built command line. */
export const bin = fileURLToPath(new URL('../../bin/hansard.js', import.meta.url))

/** How a process ended. */
export interface Ended {
  /** The exit code, or the signal that killed it. */
  readonly exit: number | string
  readonly stdout: string
  readonly stderr: string
}

/** A command line in its own process. */
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Returns what the process has written to stderr so far. */
  stderr(): string
}

/**
 * Starts a command line in its own process, with no environment but `env`. `limits` is a line for bash, such as
 * `ulimit -f 100`.
 */
export function startHansard(
  args: readonly string[],
  env: Record<string, string> = {},
  { limits, ...options }: SpawnOptions & { limits?: string } = {},
): Running {
  const command = [process.execPath, bin, ...args]
  const [program = '', ...rest] =
    limits === undefined ? command : ['bash', '-c', `${limits}; exec "$@"`, 'bash', ...command]
  const child = spawn(program, rest, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  })
  let [stdout, stderr] = ['', '']
  child.stdout?.on('data', (chunk: Buffer) => (stdout += String(chunk)))
  child.stderr?.on('data', (chunk: Buffer) => (stderr += String(chunk)))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ exit: code ?? signal ?? '', stdout, stderr }))
  })
  return { child, ended, stderr: () => stderr }
}

/** Starts a command line as a user without privileges, so that permissions apply. */
export function startUnprivileged(args: readonly string[], env: Record<string, string> = {}): Running {
  return startHansard(args, env, process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {})
}
