import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The built command line. */
export const bin = fileURLToPath(new URL('../../bin/hansard.js', import.meta.url))

/** A command line in a process of its own. */
export interface Running {
  readonly child: ChildProcess
  /** How it ended: a number, or the name of the signal that killed it. */
  readonly ended: Promise<{ exit: number | string; stdout: string; stderr: string }>
}

/** Starts a command line in a process of its own, in an environment that holds nothing but `env`. */
export function start(args: readonly string[], env: Record<string, string> = {}, options = {}): Running {
  const surroundings = { env: { PATH: process.env['PATH'] ?? '', ...env }, ...options }
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [bin, ...args], surroundings)
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += String(chunk)))
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += String(chunk)))
  const ended = new Promise<Awaited<Running['ended']>>((resolve) =>
    child.on('close', (code, signal) => resolve({ exit: code ?? signal ?? '', ...said })),
  )
  return { child, ended }
}

/** The same as a user without privileges, whom permissions keep from writing where they say so. */
export function startUnprivileged(args: readonly string[], env: Record<string, string> = {}): Running {
  return start(args, env, process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {})
}
