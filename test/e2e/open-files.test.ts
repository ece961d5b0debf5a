import { spawn } from 'node:child_process'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { testFolder } from '../support/folder.ts'
import { bin } from '../support/hansard-process.ts'
import { world } from '../support/world.ts'

const SENTENCE = `hansard: Too many open files: the limit of this process is reached
hint: Raise the limit, for example with \`ulimit -n 1024\`, and run the command again.
`

interface Ended {
  readonly exit: number | null
  readonly stderr: string
}

/** Runs a command line in a process with a limit of open files. */
function runWithin(limit: number, args: readonly string[], env: Record<string, string>): Promise<Ended> {
  const line = 'ulimit -n "$1"; shift; exec "$@"'
  const command = ['-c', line, 'sh', String(limit), process.execPath, bin, ...args]
  const child = spawn('sh', command, { env: { PATH: process.env['PATH'] ?? '', ...env } })
  let stderr = ''
  child.stdout.resume()
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += String(chunk)
    if (stderr.includes('Press Ctrl-C to stop the sandbox')) child.kill()
  })
  return new Promise((resolve) => child.on('close', (exit) => resolve({ exit, stderr })))
}

describe('A process with too low a limit of open files', () => {
  it('reports the limit in one sentence wherever it reaches it, or succeeds', async () => {
    const there = await world({
      stories: [generateConversations({ count: 40, entries: 2, bytesPerEntry: 100, seed: 1 })],
    })
    await there.run('backup')
    const env = {
      MISTRAL_API_KEY: 'source',
      MISTRAL_BASE_URL: there.sandbox.url,
      HANSARD_ARCHIVE: there.archive,
    }
    const folder = testFolder()
    for (const limit of [20, 24, 30, 34, 38, 46]) {
      const commands = [
        ['backup', '--concurrency', '30', '--archive', join(folder, `${limit}.db`)],
        ['backup', '--full', '--concurrency', '30'],
        ['export', 'jsonl', '--output', join(folder, `${limit}.jsonl`)],
        ['export', 'markdown', '--output', join(folder, String(limit))],
        ['verify'],
        ['sandbox'],
      ]
      for (const args of commands) {
        const { exit, stderr } = await runWithin(limit, args, env)
        if (limit === 20 || exit === 1)
          expect({ limit, args, exit, stderr }).toEqual({ limit, args, exit: 1, stderr: SENTENCE })
        else expect({ limit, args, exit }).toEqual({ limit, args, exit: 0 })
      }
    }
  }, 90_000)
})
