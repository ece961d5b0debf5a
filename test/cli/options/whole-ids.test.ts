import { describe, expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { hansard } from '../../support/hansard.ts'
import { replayWorld } from '../../support/replay-world.ts'
import { someTalks, talksOf } from '../../support/talks.ts'

const story = talksOf(someTalks(3))
const ids = ['conv_01ab1111', 'conv_01ab2222', 'conv_02cd3333'] as const
const stories = {
  ...story,
  conversations: story.conversations.map(({ row, entries }, i) => ({
    row: row.replace(`conv_${i}`, ids[i] ?? ''),
    entries,
  })),
}

const inArchive = async () => replayWorld({ stories: [stories] })

describe('The first characters of an id name the conversation for', () => {
  it.each([
    ['show', ['show', '02cd']],
    ['show --json', ['show', 'conv_02cd', '--json']],
    ['list', ['list', '--id', '02cd3', '--json']],
    ['search', ['search', 'bend', '--id', 'conv_02cd', '--json']],
    ['export', ['export', 'jsonl', '--output', '-', '--id', '02cd']],
    ['verify --remote', ['verify', '--remote', '--json', '--id', 'conv_02cd']],
    ['replay plan', ['replay', 'plan', '--json', '--id', 'conv_02cd']],
  ])('%s', async (_, args) => {
    const { env } = await inArchive()
    const { exitCode, stdout } = await hansard(args, { env })
    expect({ args, exitCode }).toEqual({ args, exitCode: 0 })
    expect(stdout).toContain('conv_02cd3333')
    expect(stdout).not.toContain('conv_01ab')
  })

  it('backup, while a whole id need not be in the archive', async () => {
    const { run, sandbox } = await inArchive()
    sandbox.account('source').create({ row: JSON.stringify({ id: 'conv_99999999' }), entries: [] })
    const { exitCode, stdout } = await run('backup', '--json', '--id', '02cd', 'conv_99999999')
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([0, { new: 1, unchanged: 1, failed: 0 }])
  })

  it('replay run, verify and undo', async () => {
    const { replay, sandbox } = await inArchive()
    expect((await replay('run', '--yes', '--id', '02cd', '01ab1')).exitCode).toBe(0)
    expect((await replay('verify', '--id', '02cd')).stdout).toMatch(/^1 copy: /)
    expect((await replay('undo', '--yes', '--id', 'conv_01ab1')).exitCode).toBe(0)
    expect(sandbox.account('other').ids).toHaveLength(1)
  })

  it('ack, among what is open', async () => {
    const { run, sandbox } = await inArchive()
    const failing = { operation: 'getHistory', id: ids[0], then: { kind: 'answer', status: 422, body: '{}' } }
    sandbox.faults.add(failing as never)
    await run('backup', '--full')
    const { exitCode, stdout } = await run('ack', '01ab', '--json') // conv_01ab2222 has not failed
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([
      0,
      { id: 'conv_01ab1111', acknowledged: { failures: 1 } },
    ])
  })
})

describe('The beginning of several ids', () => {
  it.each([
    [['show', '01ab']],
    [['list', '--id', 'conv_01ab']],
    [['export', 'jsonl', '--output', '-', '--id', '01ab']],
    [['backup', '--id', '01ab']],
    [['replay', 'verify', '--id', '01ab']],
  ])('is refused, and three of them are named: %s', async (args) => {
    const { env } = await inArchive()
    const { exitCode, stdout, stderr } = await hansard(args, { env })
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(
      /^hansard: "(conv_)?01ab" is the beginning of 2 ids: conv_01ab1111, conv_01ab2222\nhint: Give more/,
    )
  })
})

describe('An id that is unknown', () => {
  it('is refused by show, with a hint', async () => {
    const { run } = await inArchive()
    const { exitCode, stderr } = await run('show', 'conv_77')
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^hansard: No conversation "conv_77" in the archive\nhint: See `hansard list` /)
  })

  it.each([
    [['list', '--id', 'conv_7777']],
    [['search', 'bend', '--id', 'conv_7777']],
    [['replay', 'undo', '--id', 'conv_7777']],
  ])('is named on stderr by a command that selects: %s', async (args) => {
    const { env, replay } = await inArchive()
    await replay('run', '--yes', '--id', '02cd')
    const { stderr } = await hansard(args, { env })
    expect(stderr).toContain('hansard: no conversation conv_7777 in the archive\n')
  })

  it('never stands for the only conversation when it is empty', async () => {
    const { archive, run } = await replayWorld({ stories: [talksOf(someTalks(1))] })
    const opened = openArchive(archive)
    expect(opened.conversations.count()).toBe(1)
    opened.close()
    for (const id of ['', 'conv_', 'conv']) expect((await run('show', id)).exitCode).toBe(2)
  })
})
