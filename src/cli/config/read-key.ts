import { spawn } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'

import { HansardError, messageOf } from '../../errors.ts'
import type { Io } from '../io.ts'
import { warn } from '../terminal/warn.ts'
import type { KeySource } from './key-source.ts'

/**
 * Gets a key.
 *
 * @throws HansardError `usage` if there is none, `interrupted` if the command is stopped while it waits for one
 */
export async function readKey(source: KeySource, io: Pick<Io, 'env' | 'stderr' | 'signal'>): Promise<string> {
  if (source.kind === 'file') return readKeyFile(source.path, io)
  if (source.kind === 'command') return await runKeyCommand(source, io)
  const key = io.env[source.name]
  if (key) return key
  throw new HansardError('usage', `No API key: ${source.name} is not set`, {
    hint: `Set ${source.name}. A cron job does not read the files of your shell.`,
  })
}

/** Reads a key from a file, and warns if other users can read the file. */
export function readKeyFile(path: string, { stderr }: Pick<Io, 'stderr'>): string {
  try {
    const key = readFileSync(path, 'utf8').trim()
    if ((statSync(path).mode & 0o077) !== 0)
      warn(stderr, `${path} is readable by other users; run: chmod 600 ${path}`)
    return key
  } catch (cause) {
    throw new HansardError('usage', `Cannot read the key file ${path}: ${messageOf(cause)}`, {
      hint: 'Name a file that contains nothing but the key.',
      cause,
    })
  }
}

/** More than any key. */
const MAX_OUTPUT = 10_000

/** Errors name neither the command nor what it printed: both may contain a key. */
async function runKeyCommand(
  { command, timeoutSeconds }: Extract<KeySource, { kind: 'command' }>,
  { env, signal }: Pick<Io, 'env' | 'signal'>,
): Promise<string> {
  const [program = '', ...args] = typeof command === 'string' ? ['/bin/sh', '-c', command] : command
  // In a process group of its own, so that whatever a shell has started ends with it.
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'], detached: true })
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => {
    if (printed.length < MAX_OUTPUT) printed += chunk.toString()
  })
  const end = () => child.pid !== undefined && endGroup(child.pid)
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    end()
  }, timeoutSeconds * 1000)
  signal.addEventListener('abort', end)
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    if (signal.aborted) throw new HansardError('interrupted', 'Interrupted')
    if (isLate) throw keyCommandError(`gave no key within ${timeoutSeconds} s, and was ended`)
    if (code !== 0) throw keyCommandError(`failed (${code === null ? 'by a signal' : `exit code ${code}`})`)
  } catch (thrown) {
    throw thrown instanceof HansardError ? thrown : keyCommandError('cannot be started')
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
  const key = printed.trim()
  if (key === '') throw keyCommandError('printed nothing')
  return key
}

function keyCommandError(what: string): HansardError {
  return new HansardError('usage', `The command for the API key ${what}`, {
    hint: 'Run api_key_command by hand: it must print the key, ask for nothing, and end with 0.',
  })
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}
