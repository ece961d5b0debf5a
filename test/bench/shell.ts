import { spawn, spawnSync } from 'node:child_process'
import { closeSync, fsyncSync, openSync } from 'node:fs'

/** Tells whether a `sqlite3` shell is installed. */
export function hasShell(): boolean {
  return spawnSync('sqlite3', ['--version']).status === 0
}

/** Writes the result of a query to a file with the `sqlite3` shell; returns the seconds until it is on disk. */
export async function timeShell(args: readonly string[], output: string): Promise<number> {
  const file = openSync(output, 'w')
  const began = process.hrtime.bigint()
  const child = spawn('sqlite3', args, { stdio: ['ignore', file, 'inherit'] })
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  fsyncSync(file)
  closeSync(file)
  if (code !== 0) throw new Error(`sqlite3 ended with ${String(code)}`)
  return Number(process.hrtime.bigint() - began) / 1e9
}
