import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { testFolder } from '../support/folder.ts'
import { startHansard, type Ended } from '../support/hansard-process.ts'
import { world } from '../support/world.ts'

const SENTENCE = `hansard: Too many open files: the limit of this process is reached
hint: Raise the limit, for example with \`ulimit -n 1024\`, and run the command again.
`

/** Runs a command line in a process with a limit of open files. */
async function runWithin(
  limit: number,
  args: readonly string[],
  env: Record<string, string>,
): Promise<Ended> {
  const { child, ended, stderr } = startHansard(args, env, { limits: `ulimit -n ${limit}` })
  child.stderr?.on('data', () => {
    if (stderr().includes('Press Ctrl-C to stop the sandbox')) child.kill()
  })
  return await ended
}

describe('A process with too low a limit of open files', () => {
  it('reports the limit in one sentence wherever it reaches it, or succeeds', async () => {
    const there = await world({
      stories: [generateConversations({ count: 40, entries: 2, bytesPerEntry: 100, seed: 1 })],
    })
    await there.run('backup')
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
        const { exit, stderr } = await runWithin(limit, args, there.env)
        if (limit === 20 || exit === 1)
          expect({ limit, args, exit, stderr }).toEqual({ limit, args, exit: 1, stderr: SENTENCE })
        else expect({ limit, args, exit }).toEqual({ limit, args, exit: 0 })
      }
    }
  }, 90_000)
})
