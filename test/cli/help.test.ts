import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'

import { run } from '../../src/cli/main.ts'
import { hansard } from '../support/hansard.ts'
import { testIo, testTerminal } from '../support/test-io.ts'

/** What `hansard` prints on a terminal. */
async function startPage(columns: number, calledAs = 'hansard'): Promise<string[]> {
  const stdout = Object.assign(testTerminal(columns), { calledAs })
  const stderr = new PassThrough()
  expect(await run([], testIo({ stdout, stderr }))).toBe(0)
  expect(stderr.read()).toBeNull()
  return String(stdout.read()).trimEnd().split('\n')
}

describe('hansard without arguments', () => {
  it.each([50, 80, 140])('shows in at most 20 lines of %i columns what one starts with', async (columns) => {
    const lines = await startPage(columns)
    expect(lines.length).toBeLessThanOrEqual(20)
    for (const line of lines.slice(1)) expect(line.length).toBeLessThanOrEqual(columns)
    for (const command of ['backup', 'status', 'list', 'show <id>', 'search <text...>', 'export', 'demo'])
      expect(lines.filter((line) => line.startsWith(`  hansard ${command} `))).toHaveLength(1)
    expect(lines.join('\n')).toMatch(/hansard help .*all commands/)
  })

  it('names hansard as it was called', async () => {
    expect(await startPage(80, 'node bin/hansard.js')).toContain(
      '  node bin/hansard.js backup              Back up the account into the archive',
    )
  })
})

describe('hansard help', () => {
  it('shows what --help shows, for the program, a command and a command of a command', async () => {
    for (const names of [[], ['backup'], ['replay'], ['replay', 'plan'], ['help']]) {
      const { exitCode, stdout, stderr } = await hansard(['help', ...names])
      expect({ names, exitCode, stderr }).toEqual({ names, exitCode: 0, stderr: '' })
      expect(stdout).toBe((await hansard([...names, '--help'])).stdout)
    }
  })

  it('names hansard as it was called, in the usage and in examples', async () => {
    const stdout = Object.assign(testTerminal(), { calledAs: 'node bin/hansard.js' })
    expect(await run(['help', 'search'], testIo({ stdout }))).toBe(0)
    const help = String(stdout.read())
    expect(help).toMatch(/^Usage: node bin\/hansard\.js search /)
    expect(help).toMatch(/^ {2}node bin\/hansard\.js search 'why rivers/m)
  })
})
