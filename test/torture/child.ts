import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** How a process ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A command in a process of its own. */
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** What it has said on stderr so far. */
  told(): string
}

const bin = fileURLToPath(new URL('../../bin/hansard.js', import.meta.url))

/** Starts `hansard` in a process of its own; `limits` is a line for bash, such as `ulimit -f 100`. */
export function startHansard(args: readonly string[], env: Record<string, string>, limits?: string): Running {
  const [command, ...before] =
    limits === undefined
      ? [process.execPath]
      : ['bash', '-c', `${limits}; exec "$@"`, 'bash', process.execPath]
  const child = spawn(command, [...before, bin, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += String(chunk)))
  child.stderr.on('data', (chunk: Buffer) => (stderr += String(chunk)))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  return { child, ended, told: () => stderr }
}
