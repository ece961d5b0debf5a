import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import type { SandboxAccount } from '../../../src/sandbox/account/account.ts'
import type { Behaviour } from '../../../src/sandbox/behaviour.ts'
import { proxy } from '../../support/proxy.ts'
import { replayWorld, type ReplayWorld } from '../../support/replay-world.ts'
import { someTalks, talksOf } from '../../support/talks.ts'

type Result = Readonly<Record<string, unknown>> & { readonly stderr: string }

/** Two archives of one account. `second` does not know what the other has replayed. */
interface TwoArchives {
  readonly world: ReplayWorld
  /** The path of the second archive. */
  readonly other: string
  readonly account: SandboxAccount
  first(...args: string[]): Promise<Result>
  second(...args: string[]): Promise<Result>
  /** The number of writes to the target. */
  writes(): number
}

async function twoArchives(options: Parameters<typeof replayWorld>[0]): Promise<TwoArchives> {
  const world = await replayWorld(options)
  const other = join(world.folder, 'other.db')
  copyFileSync(world.archive, other)
  const run = async (...args: string[]) => {
    const { stdout, stderr, exitCode } = await world.replay(
      'run',
      '--yes',
      '--json',
      '--settle',
      '0.3',
      ...args,
    )
    return { ...(JSON.parse(stdout) as object), exitCode, stderr }
  }
  return {
    world,
    other,
    account: world.sandbox.account('other'),
    first: run,
    second: (...args) => run('--archive', other, ...args),
    writes: () =>
      world.sandbox.requests.filter(({ account, method }) => account === 'other' && method === 'POST').length,
  }
}

const talk = ['One?', '1.', 'Two?', '2.', 'Three?', '3.']

function entriesOf(account: SandboxAccount, id = account.ids[0] ?? ''): readonly string[] {
  return account.entries(id) ?? []
}

const stranger = '{"type":"message.input","role":"user","id":"msg_stranger","content":"And mine?"}'

/** A conversation with the metadata of another one, such as a fork. */
function forked(account: SandboxAccount, entries: readonly string[], of = account.ids[0] ?? ''): string {
  const id = `conv_fork_${account.ids.length}`
  const row = JSON.parse(account.row(of) ?? '{}') as Record<string, unknown>
  account.create({ row: JSON.stringify({ ...row, id }), entries, createdAt: new Date() })
  return id
}

describe('A copy by another archive, sent as a history,', () => {
  it('is uncertain if it has fewer entries, and stays so until the user decides', async () => {
    for (const length of [0, 1, 4, 6]) {
      const { account, first, second, writes } = await twoArchives({ stories: [talksOf([talk])] })
      await first()
      account.replaceEntries(account.ids[0] ?? '', entriesOf(account).slice(0, length))
      for (let again = 0; again < 2; again++) {
        const result = await second()
        expect(result).toMatchObject({ exitCode: 3, done: 0, uncertain: 1 })
        expect(result.stderr).toContain(`it has ${length} of the 7 entries that the plan sends`)
        expect(writes()).toBe(1)
      }
      expect(await second('--resolve', 'conv_0=none')).toMatchObject({ exitCode: 0, done: 1 })
      expect(await second()).toMatchObject({ exitCode: 0, done: 1, before: 1 })
      expect(writes()).toBe(2)
    }
  })

  it('is uncertain if it has other or more entries; the user may confirm it as the copy', async () => {
    const changes: readonly [RegExp, (entries: readonly string[]) => readonly string[]][] = [
      [
        /its entries differ from what the plan sends/,
        (entries) => entries.map((text) => text.replace('Two?', 'Too?')),
      ],
      [
        /its entries differ from what the plan sends/,
        (entries) => [entries[1] ?? '', entries[0] ?? '', ...entries.slice(2)],
      ],
      [
        /its entries differ from what the plan sends/,
        (entries) => entries.toSpliced(2, 2, stranger, entries[3] ?? ''),
      ],
      [/someone continued it/, (entries) => [...entries, stranger]],
    ]
    for (const [reason, change] of changes) {
      const { account, first, second, writes } = await twoArchives({ stories: [talksOf([talk])] })
      await first()
      const [id = ''] = account.ids
      account.replaceEntries(id, change(entriesOf(account)))
      expect(await second()).toMatchObject({
        ...{ exitCode: 3, done: 0, uncertain: 1 },
        stderr: expect.stringMatching(reason) as string,
      })
      expect(await second('--resolve', `conv_0=${id}`)).toMatchObject({ exitCode: 0, done: 1 })
      expect(writes()).toBe(1)
    }
  })

  it('is found beside a shorter fork with the same metadata', async () => {
    const { account, first, second, writes } = await twoArchives({ stories: [talksOf([talk])] })
    await first()
    const [id] = account.ids
    forked(account, entriesOf(account).slice(0, 3))
    expect(await second()).toMatchObject({ exitCode: 0, done: 1, recognised: 1 })
    expect((await second('--label', 'more'))['done']).toBe(1)
    expect(writes()).toBe(2)
    expect(account.ids).toContain(id)
  })

  it('is uncertain if there are two', async () => {
    const { account, first, second, writes } = await twoArchives({ stories: [talksOf([talk])] })
    await first()
    const [id] = account.ids
    const twin = forked(account, entriesOf(account))
    const result = await second()
    expect(result).toMatchObject({ exitCode: 3, uncertain: 1 })
    expect(result.stderr).toMatch(new RegExp(`any of (${id}, ${twin}|${twin}, ${id})`))
    account.remove(twin)
    expect(await second()).toMatchObject({ exitCode: 0, done: 1, recognised: 1 })
    expect(writes()).toBe(1)
  })

  it('is sent once the uncertain conversation was deleted', async () => {
    const { account, first, second, writes } = await twoArchives({ stories: [talksOf([talk])] })
    await first()
    const [id = ''] = account.ids
    account.replaceEntries(id, entriesOf(account).slice(0, 2))
    expect(await second()).toMatchObject({ exitCode: 3, uncertain: 1 })
    account.remove(id)
    expect(await second()).toMatchObject({ exitCode: 0, done: 1 })
    expect(writes()).toBe(2)
  })

  it('is uncertain if it cannot be read', async () => {
    const { world, account, first, second, writes } = await twoArchives({ stories: [talksOf([talk])] })
    await first()
    world.sandbox.faults.add({
      ...{ operation: 'getHistory', account: 'other', id: account.ids[0] ?? '' },
      then: { kind: 'answer', status: 200, body: '{"entries":7}' },
    })
    expect(await second()).toMatchObject({ exitCode: 3, uncertain: 1 })
    world.sandbox.faults.clear()
    expect(await second()).toMatchObject({ exitCode: 0, done: 1, recognised: 1 })
    expect(writes()).toBe(1)
  })
})

describe('A copy by another archive, asked turn by turn,', () => {
  it.each(['same', 'new'] as const)(
    'is continued where it ends, with the %s id at each append',
    async (appendId) => {
      for (const length of [2, 4]) {
        const { world, account, first, second, writes } = await twoArchives({
          behaviour: { appendId },
          stories: [talksOf([talk])],
        })
        await first('--mode', 'turns')
        for (const id of account.ids) {
          if (entriesOf(account, id).length <= length) continue
          if (appendId === 'new') account.remove(id)
          else account.replaceEntries(id, entriesOf(account, id).slice(0, length))
        }
        const before = writes()
        const result = await second('--mode', 'turns')
        expect(result).toMatchObject({ exitCode: 0, done: 1 })
        expect(result.stderr).toContain('another archive began it')
        expect(writes() - before).toBe((6 - length) / 2)
        expect(Math.max(...account.ids.map((id) => entriesOf(account, id).length))).toBe(6)
        expect(await second('--mode', 'turns')).toMatchObject({ exitCode: 0, before: 1 })
        const undone = await world.replay('undo', '--yes', '--archive', join(world.folder, 'other.db'))
        expect(undone.stdout).toContain('0 deleted')
      }
    },
  )

  it.each(['newest-first', 'oldest-first', 'updated-first'] as const)(
    'is complete with its last append, whatever else continues the same start (%s)',
    async (order) => {
      const { other, account, first, second, writes } = await twoArchives({
        behaviour: { appendId: 'new', order },
        stories: [talksOf([talk])],
      })
      await first('--mode', 'turns')
      expect(account.ids).toHaveLength(3)
      expect(await second('--mode', 'turns')).toMatchObject({ exitCode: 0, done: 1, recognised: 1 })
      expect(writes()).toBe(3)
      const archive = openArchive(other)
      const [copy] = archive.replayCopies.all()
      archive.close()
      expect(entriesOf(account, copy?.targetId ?? '')).toHaveLength(6)
    },
  )

  it('is uncertain if it was cut within a turn, changed, or continued', async () => {
    const changes: ((entries: readonly string[]) => readonly string[])[] = [
      () => [],
      (entries) => entries.slice(0, 1),
      (entries) => entries.slice(0, 3),
      (entries) => entries.slice(2),
      (entries) => entries.toSpliced(2, 1, stranger),
      (entries) => [...entries, stranger],
      (entries) => [...entries.slice(0, 4), stranger],
    ]
    for (const change of changes) {
      const { account, first, second, writes } = await twoArchives({ stories: [talksOf([talk])] })
      await first('--mode', 'turns')
      account.replaceEntries(account.ids[0] ?? '', change(entriesOf(account)))
      const before = writes()
      expect(await second('--mode', 'turns')).toMatchObject({ exitCode: 3, done: 0, uncertain: 1 })
      expect(writes()).toBe(before)
    }
  })

  it('is continued with the archived result if it stopped at a function call', async () => {
    const tools = [
      {
        type: 'function',
        function: { name: 'level', parameters: { type: 'object', properties: { at: { enum: ['bend'] } } } },
      },
    ]
    const story = talksOf([['Level?']], { tools })
    const [conversation] = story.conversations
    const entries = [
      ...(conversation?.entries ?? []),
      '{"type":"function.call","id":"fc","name":"level","tool_call_id":"aaaaaaaaa","arguments":"{\\"at\\":\\"bend\\"}"}',
      '{"type":"function.result","id":"fr","tool_call_id":"aaaaaaaaa","result":"2 m"}',
      '{"type":"message.output","role":"assistant","id":"mo","content":"2 m."}',
    ]
    const stories = [{ ...story, conversations: [{ row: conversation?.row ?? '', entries }] }]
    const { account, first, second } = await twoArchives({ stories })
    expect(await first('--mode', 'turns')).toMatchObject({ exitCode: 0, done: 1 })
    const whole = entriesOf(account)
    expect(whole).toHaveLength(4)
    account.replaceEntries(account.ids[0] ?? '', whole.slice(0, 2))
    expect(await second('--mode', 'turns')).toMatchObject({ exitCode: 0, done: 1 })
    expect(entriesOf(account)).toHaveLength(4)
    account.replaceEntries(account.ids[0] ?? '', whole)
    expect(await second('--mode', 'turns', '--label', 'more')).toMatchObject({ exitCode: 0, done: 1 })
  })
})

describe('Copies by another archive whose metadata the listing does not show', () => {
  const filters = ['works', 'ignored', 'finds-nothing'] as const
  const rows = ['{}', 'null', 'absent'] as const

  it.each(filters.flatMap((filter) => rows.map((row) => [filter, row] as const)))(
    'are identified by get; filter: %s, metadata in a row: %s',
    async (metadataFilter, shown) => {
      const behaviour: Partial<Behaviour> = { metadataFilter, listMetadata: 'absent' }
      const { world, account, first, second, writes } = await twoArchives({
        behaviour,
        stories: [talksOf(someTalks(3))],
      })
      for (let i = 0; i < 4; i++) account.create({ entries: [stranger] })
      const { url } = await proxy(world.sandbox.url, (exchange) => {
        if (exchange.url.pathname !== '/v1/conversations' || exchange.method !== 'GET') return
        if (shown === 'absent') return
        const listed = JSON.parse(exchange.text) as object[]
        exchange.text = JSON.stringify(
          listed.map((row) => ({ ...row, metadata: JSON.parse(shown) as unknown })),
        )
      })
      await first('--to-base-url', url)
      account.create({ entries: [stranger] })
      const result = await second('--to-base-url', url)
      expect(result).toMatchObject({ exitCode: 0, done: 3, recognised: 3 })
      expect(writes()).toBe(3)
    },
  )

  it('are identified by the filter alone if get does not show it either', async () => {
    for (const metadataFilter of filters) {
      const { account, first, second, writes } = await twoArchives({
        behaviour: { metadataFilter, listMetadata: 'absent', getMetadata: 'absent' },
        stories: [talksOf(someTalks(3))],
      })
      for (let i = 0; i < 3; i++) account.create({ entries: [stranger] })
      await first('--concurrency', '1')
      const made = writes()
      const known = metadataFilter === 'works' ? 3 : 2
      expect(await second('--concurrency', '1')).toMatchObject({ exitCode: 0, done: 3, recognised: known })
      expect(writes() - made).toBe(3 - known)
    }
  })

  it('are identified even if a filter that does not work returns more than two', async () => {
    const { account, first, second, writes } = await twoArchives({
      behaviour: { metadataFilter: 'ignored', listMetadata: 'absent' },
      stories: [talksOf(someTalks(4))],
    })
    account.create({
      row: JSON.stringify({
        id: 'conv_m',
        created_at: '2026-11-01T00:00:00Z',
        metadata: { a: 1 },
        model: 'm',
      }),
      entries: [stranger],
    })
    await first()
    expect(await second()).toMatchObject({ exitCode: 0, done: 4, recognised: 4 })
    expect(writes()).toBe(4)
  })

  it('are identified even if the target refuses to filter', async () => {
    for (const status of [400, 422]) {
      const { world, first, second, writes } = await twoArchives({
        behaviour: { listMetadata: 'absent' },
        stories: [talksOf(someTalks(2))],
      })
      const { url } = await proxy(world.sandbox.url, (exchange) => {
        if (!exchange.url.searchParams.has('metadata')) return
        exchange.status = status
        exchange.text = '{"detail":"no filter here"}'
      })
      await first('--to-base-url', url)
      expect(await second('--to-base-url', url)).toMatchObject({ exitCode: 0, done: 2, recognised: 2 })
      expect(writes()).toBe(2)
    }
  })
})

describe('A target that responds with the id of another copy', () => {
  it('makes the second copy uncertain, and it is not sent again', async () => {
    const { world, first, writes } = await twoArchives({ stories: [talksOf(someTalks(2))] })
    let told: string | undefined
    const { url } = await proxy(world.sandbox.url, (exchange) => {
      if (exchange.method !== 'POST') return
      const id = /"conversation_id":"([^"]+)"/.exec(exchange.text)?.[1] ?? ''
      exchange.text = exchange.text.replaceAll(id, (told ??= id))
    })
    const result = await first('--to-base-url', url, '--concurrency', '1')
    expect(result).toMatchObject({ exitCode: 3, done: 1, uncertain: 1 })
    expect(result.stderr).toContain('which is the copy of another conversation')
    expect(writes()).toBe(2)
  })
})
