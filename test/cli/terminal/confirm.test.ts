import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'

import { run } from '../../../src/cli/main.ts'
import { foundInFile } from '../../support/bytes-in-file.ts'
import { someTalks, talksOf } from '../../support/talks.ts'
import { testIo, testTerminal } from '../../support/test-io.ts'
import { world } from '../../support/world.ts'

/** Runs a command on a terminal where a person answers so. */
async function answering(answer: string, env: Readonly<Record<string, string>>, ...args: string[]) {
  const stdin = Object.assign(Readable.from([`${answer}\n`]), { isTTY: true as const })
  const stderr = testTerminal()
  const exitCode = await run(args, testIo({ stdin, stdout: testTerminal(), stderr, env }))
  return { exitCode, asked: String(stderr.read() ?? '') }
}

describe('A command that deletes or creates something asks on a terminal', () => {
  it('forget deletes after a yes only', async () => {
    const there = await world({ stories: [talksOf(someTalks(2))] })
    await there.backup()
    const no = await answering('no', there.env, 'forget', 'conv_1')
    expect([no.exitCode, no.asked]).toEqual([
      0,
      'Delete conv_1 (talk 1) from the archive for good? [y/N] hansard: Nothing was deleted\n',
    ])
    expect(foundInFile(there.archive, ['conv_1'])).toEqual(['conv_1'])
    expect((await answering('yes', there.env, 'forget', 'conv_1')).exitCode).toBe(0)
    expect(foundInFile(there.archive, ['conv_1'])).toEqual([])
  })

  it('doctor --probe examines without a probe after a no', async () => {
    const there = await world({ stories: [talksOf(someTalks(2))] })
    await there.backup()
    const { exitCode, asked } = await answering('', there.env, 'doctor', '--probe')
    expect([exitCode, asked]).toEqual([0, expect.stringContaining('and delete it? [y/N] ')])
    expect(there.sandbox.requests.some(({ operation }) => operation === 'start')).toBe(false)
  })
})
