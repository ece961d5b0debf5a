import { copyFileSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { lockArchive } from '../../src/archive/sqlite/archive-lock.ts'
import { REDACTED } from '../../src/model/secrets/redact-json.ts'
import { readStamp, STAMP_KEY } from '../../src/model/read-stamp.ts'
import type { Behaviour } from '../../src/sandbox/behaviour.ts'
import type { Effect } from '../../src/sandbox/faults/fault.ts'
import { hansard } from '../support/hansard.ts'
import { replayWorld, type ReplayWorld } from '../support/replay-world.ts'
import { someTalks, talksOf } from '../support/talks.ts'

type Result = Readonly<Record<string, unknown>> & { readonly stderr: string }

/** A settling time, in seconds, that a test can wait for. */
const SETTLE = process.env['SETTLE'] ?? '0.7'

/** Runs `replay run --yes --json` with this settling time. */
async function run({ replay }: ReplayWorld, ...args: string[]): Promise<Result> {
  const { stdout, stderr, exitCode } = await replay('run', '--yes', '--json', '--settle', SETTLE, ...args)
  return { ...(JSON.parse(stdout) as object), exitCode, stderr }
}

/** Rows at the target, newest first. */
function rowsOf({ sandbox }: ReplayWorld): Record<string, unknown>[] {
  const account = sandbox.account('other')
  return account.ids.map((id) => JSON.parse(account.row(id) ?? '{}') as Record<string, unknown>)
}

/** Stamps at the target, sorted; the id of a conversation without a stamp. */
function stampsOf(world: ReplayWorld): string[] {
  return rowsOf(world)
    .map((row) => {
      const mark = readStamp(row)
      return typeof mark === 'object' ? mark.stamp : String(row['id'])
    })
    .sort()
}

function writesTo({ sandbox }: ReplayWorld) {
  return sandbox.requests.filter(({ account, method }) => account === 'other' && method !== 'GET')
}

/** Runs the same work for each item at the same time, in separate worlds, so that their settling times overlap. */
async function together<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  await Promise.all(items.map(work))
}

/** A fault that loses a response. */
function loses(nth: number, then: Effect, operation: 'startStream' | 'appendStream' = 'startStream') {
  return { operation, nth, account: 'other', then }
}

describe('replay run', () => {
  it('sends every conversation of the plan once, and a second run sends nothing', async () => {
    const world = await replayWorld({ stories: [talksOf(someTalks(6))] })
    const first = await run(world, '--price', '0.4,2')
    expect(first).toMatchObject({ exitCode: 0, planned: 6, done: 6, outcome: 'done' })
    expect(first['cost']).toBeGreaterThan(0)
    expect(new Set(stampsOf(world)).size).toBe(6)
    const sent = writesTo(world).length
    expect(await run(world)).toMatchObject({ exitCode: 0, done: 6, before: 6, tokens_out: 0 })
    expect(writesTo(world)).toHaveLength(sent)
  })

  it('runs a plan file', async () => {
    const world = await replayWorld({ stories: [talksOf(someTalks(3))] })
    const file = join(world.folder, 'plan.json')
    await world.replay('plan', '--out', file, '--id', 'conv_1', 'conv_2', '--tail', 'answer')
    expect(await run(world, file)).toMatchObject({ exitCode: 0, planned: 2, done: 2 })
    expect(world.sandbox.account('other').entries(String(rowsOf(world)[0]?.['id']))).toHaveLength(2)
  })

  it('reports its state, offline', async () => {
    const world = await replayWorld({ stories: [talksOf(someTalks(2))] })
    expect((await world.replay('status')).stdout).toBe('Nothing has been replayed yet.\n')
    await run(world)
    expect((await world.replay('status')).stdout).toMatch(/: 2 done\.\n {2}Spent: 2 writes, \d+ tokens in/)
    const { stdout } = await world.replay('status', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ targets: [{ counts: { done: 2 }, grown: 0 }] })
  })
})

describe('A lost response', () => {
  const searches: Partial<Behaviour>[] = [
    { metadataFilter: 'works' },
    { metadataFilter: 'ignored' },
    { metadataFilter: 'finds-nothing', listMetadata: 'absent' },
    { metadataFilter: 'finds-nothing', order: 'oldest-first', listDelaySeconds: 0.1 },
    { metadataFilter: 'ignored', listMetadata: 'absent', getMetadata: 'absent' },
  ]
  const effects: Effect[] = [
    { kind: 'reset', when: 'after' },
    { kind: 'finish-later', ms: 60 },
    { kind: 'cut-stream', events: 0 },
    { kind: 'cut-stream', events: 2 },
    { kind: 'stream-error', events: 1 },
  ]

  it.each(searches)('is searched for, and nothing is sent twice: %j', async (behaviour) => {
    await together(effects, async (effect) => {
      const world = await replayWorld({
        behaviour,
        stories: [talksOf(someTalks(4))],
        faults: [loses(1, effect), loses(3, effect)],
      })
      const result = await run(world, '--concurrency', '2')
      expect({ effect, ...result }).toMatchObject({ effect, exitCode: 0, done: 4, found: 2 })
      expect(writesTo(world)).toHaveLength(4)
      expect(rowsOf(world)).toHaveLength(4)
    })
  })

  it('of a request that was not done is followed by a second request once that is certain', async () => {
    await together(searches, async (behaviour) => {
      const world = await replayWorld({
        behaviour,
        stories: [talksOf(someTalks(3))],
        faults: [
          loses(1, { kind: 'reset', when: 'before' }),
          loses(2, { kind: 'answer', like: 'bad-gateway' }),
        ],
      })
      const result = await run(world)
      expect({ behaviour, ...result }).toMatchObject({ behaviour, exitCode: 0, done: 3, found: 0 })
      expect(rowsOf(world)).toHaveLength(3)
    })
  })

  it('of many turns does not fail the conversation: each turn has its own attempts', async () => {
    const world = await replayWorld({
      stories: [talksOf([['One?', '1.', 'Two?', '2.', 'Three?', '3.', 'Four?', '4.']])],
      faults: [1, 3, 5].map((nth) => loses(nth, { kind: 'reset', when: 'before' }, 'appendStream')),
    })
    expect(await run(world, '--mode', 'turns')).toMatchObject({ exitCode: 0, done: 1, found: 0 })
    expect(writesTo(world)).toHaveLength(7)
  })

  it('of a request that is never done is retried up to three times in a run', async () => {
    const world = await replayWorld({
      stories: [talksOf(someTalks(1))],
      faults: [1, 2, 3].map((nth) => loses(nth, { kind: 'reset', when: 'before' })),
    })
    const first = await run(world)
    expect(first).toMatchObject({ exitCode: 3, failed: 1 })
    expect(first.stderr).toContain('it was sent 3 times and does not exist')
    expect(await run(world)).toMatchObject({ exitCode: 0, done: 1 })
  })

  it('is not confused with those of conversations with the same content', async () => {
    await together(searches, async (behaviour) => {
      const world = await replayWorld({
        behaviour,
        stories: [talksOf(Array.from({ length: 4 }, () => ['The same?', 'The same.']))],
        faults: [
          loses(1, { kind: 'finish-later', ms: 60 }),
          loses(2, { kind: 'reset', when: 'before' }),
          loses(4, { kind: 'reset', when: 'after' }),
        ],
      })
      const result = await run(world, '--concurrency', '4')
      expect({ behaviour, ...result }).toMatchObject({ behaviour, exitCode: 0, done: 4, found: 2 })
      expect(rowsOf(world)).toHaveLength(4)
    })
  })

  it('is uncertain if two conversations match: never sent again until the user decides', async () => {
    const world = await replayWorld({
      behaviour: { getMetadata: 'absent', listMetadata: 'absent', metadataFilter: 'finds-nothing' },
      stories: [talksOf(someTalks(1))],
      faults: [loses(1, { kind: 'reset', when: 'after' })],
    })
    const account = world.sandbox.account('other')
    const inputs = await inputsSent()
    const twin = account.create({ entries: inputs })
    const first = await run(world)
    expect(first).toMatchObject({ exitCode: 3, uncertain: 1, done: 0 })
    expect(first.stderr).toContain('\n  conv_0: it may be any of ')
    expect(await run(world)).toMatchObject({ exitCode: 3, uncertain: 1 })
    expect(writesTo(world)).toHaveLength(1)
    expect((await world.replay('status')).stdout).toContain('\n  conv_0: it may be any of ')

    const ours = account.ids.find((id) => id !== twin) ?? ''
    expect((await world.replay('run', '--yes', '--resolve', 'conv_0=conv_none')).exitCode).toBe(2)
    expect(await run(world, '--resolve', `conv_0=${ours}`)).toMatchObject({ exitCode: 0, done: 1 })
    expect(writesTo(world)).toHaveLength(1)
  })

  it('is sent again if the user says that it was not done', async () => {
    const world = await replayWorld({
      behaviour: { getMetadata: 'absent', listMetadata: 'absent' },
      stories: [talksOf(someTalks(1))],
      faults: [loses(1, { kind: 'reset', when: 'before' })],
    })
    const inputs = await inputsSent()
    for (let i = 0; i < 2; i++) world.sandbox.account('other').create({ entries: inputs })
    expect(await run(world)).toMatchObject({ exitCode: 3, uncertain: 1 })
    expect(await run(world, '--resolve', 'conv_0=none')).toMatchObject({ exitCode: 0, done: 1 })
  })

  it.each(['same', 'new'] as const)(
    'to an append is found in the continued conversation, its id %s',
    async (appendId) => {
      await together(searches, async (behaviour) => {
        const world = await replayWorld({
          behaviour: { ...behaviour, appendId },
          stories: [talksOf([['One?', '1.', 'Two?', '2.', 'Three?', '3.']])],
          faults: [
            loses(1, { kind: 'reset', when: 'after' }, 'appendStream'),
            loses(2, { kind: 'finish-later', ms: 60 }, 'appendStream'),
          ],
        })
        const result = await run(world, '--mode', 'turns')
        expect({ behaviour, ...result }).toMatchObject({ behaviour, exitCode: 0, done: 1, found: 2 })
        expect(writesTo(world)).toHaveLength(3)
        const [last] = rowsOf(world)
        expect(world.sandbox.account('other').entries(String(last?.['id']))).toHaveLength(6)
        expect(rowsOf(world)).toHaveLength(appendId === 'same' ? 1 : 3)
      })
    },
  )
})

describe('A target that refuses pages of a hundred', () => {
  it('is asked for fewer rows at once', async () => {
    const detail = [{ type: 'less_than_equal', loc: ['query', 'page_size'], msg: 'Input should be less' }]
    const refused: Effect = { kind: 'answer', status: 422, body: JSON.stringify({ detail }) }
    const world = await replayWorld({
      behaviour: { metadataFilter: 'ignored' },
      stories: [talksOf(someTalks(3))],
      faults: [
        { operation: 'list', account: 'other', times: 2, then: refused },
        loses(2, { kind: 'reset', when: 'after' }),
      ],
    })
    expect(await run(world)).toMatchObject({ exitCode: 0, done: 3, found: 1 })
    expect(rowsOf(world)).toHaveLength(3)
    const sizes = world.sandbox.requests
      .filter(({ account, operation }) => account === 'other' && operation === 'list')
      .map(({ query }) => Number(new URLSearchParams(query).get('page_size')))
    expect(sizes.slice(0, 3)).toEqual([100, 50, 20])
    expect(Math.max(...sizes.slice(2))).toBe(20)
  })

  it('and even of one row is not asked forever', async () => {
    const detail = [{ loc: ['query', 'page_size'], msg: 'Input should be a colour' }]
    const refused: Effect = { kind: 'answer', status: 422, body: JSON.stringify({ detail }) }
    const { replay, sandbox } = await replayWorld({
      stories: [talksOf(someTalks(1))],
      faults: [{ operation: 'list', account: 'other', then: refused }],
    })
    const { exitCode, stderr } = await replay('run', '--yes')
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('page_size') as string,
    })
    expect(sandbox.requests.filter(({ status }) => status === 422)).toHaveLength(7)
  })
})

/** The entries of a copy, to create a conversation with the same content. */
async function inputsSent(): Promise<string[]> {
  const elsewhere = await replayWorld({ stories: [talksOf(someTalks(1))] })
  await run(elsewhere)
  const account = elsewhere.sandbox.account('other')
  return (account.entries(account.ids[0] ?? '') ?? []).slice(0, 3)
}

describe('A busy conversation', () => {
  it('is waited for', async () => {
    const world = await replayWorld({
      behaviour: { busySeconds: 0.3 },
      stories: [talksOf([['One?', '1.', 'Two?', '2.', 'Three?', '3.']])],
    })
    expect(await run(world, '--mode', 'turns')).toMatchObject({ exitCode: 0, done: 1, found: 0 })
    const account = world.sandbox.account('other')
    expect(account.entries(account.ids[0] ?? '')).toHaveLength(6)
  })
})

describe('Stamps', () => {
  it('go into the description if the target does not return metadata, as a declared loss', async () => {
    const world = await replayWorld({
      behaviour: { getMetadata: 'absent', listMetadata: 'absent' },
      stories: [talksOf(someTalks(3), { description: 'Of bends.' })],
    })
    expect(await run(world, '--concurrency', '3')).toMatchObject({ exitCode: 0, done: 3 })
    const described = rowsOf(world).filter(({ description }) =>
      /^Of bends\. \[hansard_replay v1\./.test(String(description)),
    )
    expect(described).toHaveLength(2) // the first copy showed that the target does not return metadata
    const copies = [...world.opened.replayCopies.inState(1, 'done')]
    const kinds = copies.map(({ planned }) => planned.includes('description-stamped'))
    expect(kinds).toEqual([false, true, true])
    await world.replay('run', '--yes', '--label', 'more')
    expect(
      rowsOf(world)
        .slice(0, 3)
        .every(({ description }) => String(description).includes('.more]')),
    ).toBe(true)
  })

  it('let the archive of another machine identify the copies', async () => {
    for (const behaviour of [{}, { listMetadata: 'absent' }] satisfies Partial<Behaviour>[]) {
      const world = await replayWorld({ behaviour, stories: [talksOf(someTalks(3))] })
      const other = join(world.folder, 'other.db')
      copyFileSync(world.archive, other)
      await run(world, '--id', 'conv_0', 'conv_1')
      const { stdout } = await world.replay('run', '--archive', other, '--yes', '--json')
      expect(JSON.parse(stdout)).toMatchObject({ done: 3, recognised: 2 })
      expect(rowsOf(world)).toHaveLength(3)
    }
  })

  it('show that a copy is stale once the source has changed; --again copies it again', async () => {
    const world = await replayWorld({ stories: [talksOf(someTalks(2))] })
    await run(world)
    world.sandbox
      .account('source')
      .appendTo('conv_0', ['{"type":"message.input","role":"user","id":"msg_more","content":"And then?"}'])
    await world.backup('--full')
    expect((await world.replay('status')).stdout).toContain('1 copy of conversations that have grown since')
    expect(await run(world)).toMatchObject({ exitCode: 3, done: 1, stale: 1 })
    expect(rowsOf(world)).toHaveLength(2)
    expect(await run(world, '--again')).toMatchObject({ exitCode: 0, done: 2 })
    expect(rowsOf(world)).toHaveLength(3)
  })
})

describe('A limit', () => {
  it.each([
    ['--max-tokens', '200'],
    ['--max-cost', '0.0001'],
    ['--max-requests', '15'],
  ])('%s ends a run with 7 before more is spent, and the next run continues', async (option, limit) => {
    const world = await replayWorld({ stories: [talksOf(someTalks(8))] })
    const first = await run(world, '--price', '0.4,2', option, limit)
    expect(first).toMatchObject({ exitCode: 7, outcome: 'budget' })
    expect(first['done']).toBeGreaterThan(0)
    expect(first['done']).toBeLessThan(8)
    expect(await run(world)).toMatchObject({ exitCode: 0, done: 8, before: first['done'] })
    expect(rowsOf(world)).toHaveLength(8)
  })

  it('in money requires a price', async () => {
    const { replay } = await replayWorld({ stories: [talksOf(someTalks(1))] })
    expect(await replay('run', '--yes', '--max-cost', '1')).toMatchObject({ exitCode: 2 })
  })
})

describe('Before the first write it refuses', () => {
  it('to send without --yes if there is no terminal for a question', async () => {
    const world = await replayWorld({ stories: [talksOf(someTalks(1))] })
    const { exitCode, stderr } = await world.replay('run')
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--yes') as string,
    })
  })

  it('a plan of another archive or target, or of an archive that has changed', async () => {
    const world = await replayWorld({ stories: [talksOf(someTalks(2))] })
    const elsewhere = await replayWorld({ stories: [talksOf(someTalks(2))] })
    const file = join(world.folder, 'plan.json')
    await world.replay('plan', '--out', file)
    expect((await elsewhere.replay('run', file, '--yes')).stderr).toMatch(
      /The plan was made from another archive/,
    )
    expect((await world.replay('run', file, '--yes', '--tail', 'answer')).stderr).toMatch(
      /cannot be combined with a plan file/,
    )
    const { stderr } = await world.replay('run', file, '--yes', '--to-base-url', elsewhere.sandbox.url)
    expect(stderr).toMatch(/The plan is for http/)
    world.sandbox
      .account('source')
      .appendTo('conv_1', ['{"type":"message.input","role":"user","content":"More?"}'])
    await world.backup('--full')
    const refused = await world.replay('run', file, '--yes')
    expect(refused).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('conv_1 has changed') as string,
    })
    expect(writesTo(world)).toEqual([])
  })

  it('to run beside another run', async () => {
    const world = await replayWorld({ stories: [talksOf(someTalks(1))] })
    const lock = lockArchive(world.archive, 'a test')
    expect((await world.replay('run', '--yes')).exitCode).toBe(6)
    lock.release()
  })

  it('to run without the secret of a connector', async () => {
    const world = await replayWorld()
    const auth = ['--connector-auth', 'gauge_connector=GAUGE', 'map_connector=MAP']
    const maps = ['--map-connector', 'gauge_connector=g', 'map_connector=m', 'open_connector=o']
    const { exitCode, stderr } = await world.replay('run', '--yes', ...auth, ...maps)
    expect(exitCode).toBe(2)
    expect(stderr).toContain('is not set; a connector')
    expect(writesTo(world)).toEqual([])
  })
})

describe('A request that the target refuses', () => {
  it('fails its conversation only; the next run tries it again', async () => {
    const world = await replayWorld({
      stories: [talksOf(someTalks(4))],
      faults: [loses(2, { kind: 'answer', like: 'guardrail' })],
    })
    const first = await run(world, '--concurrency', '1')
    expect(first).toMatchObject({ exitCode: 3, done: 3, failed: 1 })
    expect(first.stderr).toContain('\n  conv_1: The API refused the request')
    expect(await run(world)).toMatchObject({ exitCode: 0, done: 4 })
    expect(rowsOf(world)).toHaveLength(4)
  })

  it.each([
    ['key-refused', 5],
    ['payment-required', 1],
  ] as const)('permanently (%s) ends the run', async (like, exitCode) => {
    const world = await replayWorld({
      stories: [talksOf(someTalks(4))],
      faults: [loses(2, { kind: 'answer', like })],
    })
    const { replay } = world
    const refused = await replay('run', '--yes', '--concurrency', '1')
    expect(refused).toMatchObject({ exitCode, stderr: expect.stringContaining('conv_1') as string })
    expect(refused.stderr).toMatch(/hansard: (The API refused the key|Payment required)/)
    expect(rowsOf(world)).toHaveLength(1)
    expect(await run(world)).toMatchObject({ exitCode: 0, done: 4 })
    expect(rowsOf(world)).toHaveLength(4)
  })

  it('temporarily (429) is sent again at once: it was certainly not done', async () => {
    const world = await replayWorld({
      stories: [talksOf(someTalks(2))],
      faults: [loses(1, { kind: 'answer', like: 'too-many' })],
    })
    expect(await run(world)).toMatchObject({ exitCode: 0, done: 2, found: 0 })
  })
})

describe('Secrets', () => {
  it('of connectors are filled in when they are sent and are stored nowhere; no redaction marker is ever sent', async () => {
    const world = await replayWorld()
    const env = {
      MISTRAL_TARGET_API_KEY: 'other',
      MISTRAL_TARGET_BASE_URL: world.sandbox.url,
      HANSARD_ARCHIVE: world.archive,
      GAUGE: 'gauge-"secret"-1',
      MAP: 'map-secret-2',
    }
    const how = ['--fallback-model', 'mistral-small-latest', '--drop-tools', '--verbose', '--yes', '--json']
    const auth = ['--connector-auth', 'gauge_connector=GAUGE', 'map_connector=MAP']
    const maps = ['--map-connector', 'gauge_connector=g', 'map_connector=m', 'open_connector=o']
    const { stdout, stderr } = await hansard(['replay', 'run', ...how, ...auth, ...maps], { env })
    expect(JSON.parse(stdout)).toMatchObject({ done: 11, blocked: 1 })
    const bodies = writesTo(world).map(({ body = '' }) => body)
    expect(bodies.filter((body) => body.includes('map-secret-2')).length).toBeGreaterThan(0)
    expect(bodies.filter((body) => body.includes(REDACTED.slice(1, -1)))).toEqual([])
    const files = readdirSync(world.folder).map((name) => readFileSync(join(world.folder, name), 'latin1'))
    for (const text of [stdout, stderr, ...files]) {
      expect(text).not.toContain('map-secret-2')
      expect(text).not.toContain('secret"-1')
    }
  })

  it('that the target echoes in an error are redacted', async () => {
    const world = await replayWorld({
      faults: [
        {
          operation: 'startStream',
          then: { kind: 'answer', status: 422, body: '{"detail":"not this: map-secret-2"}' },
        },
      ],
    })
    const env = {
      ...{ MISTRAL_TARGET_API_KEY: 'other', MISTRAL_TARGET_BASE_URL: world.sandbox.url },
      ...{ HANSARD_ARCHIVE: world.archive, GAUGE: 'gauge-secret-1', MAP: 'map-secret-2' },
    }
    const auth = ['--connector-auth', 'gauge_connector=GAUGE', 'map_connector=MAP', '--map-connector']
    const maps = ['gauge_connector=g', 'map_connector=m', 'open_connector=o']
    const { stderr } = await hansard(['replay', 'run', '--yes', ...auth, ...maps], { env })
    expect(stderr).toContain('not this: [a secret]')
    expect(stderr).not.toContain('map-secret')
  })
})

describe('replay run --mode turns', () => {
  const callOf = (id: string, at: string) =>
    `{"type":"function.call","id":"fc_${id}","name":"level","tool_call_id":"${id}","arguments":"{\\"at\\": \\"${at}\\"}"}`
  const resultOf = (id: string, result: string) =>
    `{"type":"function.result","id":"fr_${id}","tool_call_id":"${id}","result":"${result}"}`
  const tools = [
    {
      type: 'function',
      function: { name: 'level', parameters: { type: 'object', properties: { at: { enum: ['bend'] } } } },
    },
  ]

  async function levelWorld(name: string) {
    const story = talksOf([['Level?']], { tools })
    const [conversation] = story.conversations
    const entries = [
      ...(conversation?.entries ?? []),
      callOf('aaaaaaaaa', 'ford'),
      resultOf('aaaaaaaaa', '1 m').replace('level', name),
      callOf('bbbbbbbbb', 'bend'),
      resultOf('bbbbbbbbb', '2 m'),
    ].map((text) => text.replace('"name":"level"', `"name":"${name}"`))
    return replayWorld({
      stories: [{ ...story, conversations: [{ row: conversation?.row ?? '', entries }] }],
    })
  }

  it('sends archived function results: first that of the call with the same arguments', async () => {
    const world = await levelWorld('level')
    expect(await run(world, '--mode', 'turns')).toMatchObject({ exitCode: 0, done: 1 })
    const account = world.sandbox.account('other')
    const entries = account.entries(account.ids[0] ?? '') ?? []
    expect(entries.map((text) => (JSON.parse(text) as { type: string }).type)).toEqual([
      ...['message.input', 'function.call', 'function.result', 'message.output'],
    ])
    expect(entries[2]).toContain('"result":"2 m"')
  })

  it('stops if the archive has no result for a call, and says so', async () => {
    const world = await levelWorld('depth')
    const result = await run(world, '--mode', 'turns')
    expect(result).toMatchObject({ exitCode: 3, diverged: 1 })
    expect(result.stderr).toContain('the target called level, for which the archive has no result')
    const sent = writesTo(world).length
    expect(await run(world, '--mode', 'turns')).toMatchObject({ exitCode: 3, diverged: 1 })
    expect(writesTo(world)).toHaveLength(sent)
  })
})

describe('A copy that ends with a function call', () => {
  it('is done, and is reported to wait for the result', async () => {
    const tools = [
      { type: 'function', function: { name: 'level', parameters: { type: 'object', properties: {} } } },
    ]
    const world = await replayWorld({ stories: [talksOf([['Level?', 'High.']], { tools })] })
    const result = await run(world)
    expect(result).toMatchObject({ exitCode: 0, done: 1 })
    expect(result.stderr).toContain('\n  conv_0: it ends with a call of level and waits for the result\n')
    expect((await world.replay('status')).stdout).toContain('waits for the result')
  })
})

describe('Ctrl-C', () => {
  it('lets requests in progress finish and exits with 130; the next run continues', async () => {
    const world = await replayWorld({
      stories: [talksOf(someTalks(6))],
      faults: [{ operation: 'startStream', then: { kind: 'latency', ms: 60 } }],
    })
    const stop = new AbortController()
    const look = setInterval(() => {
      if (rowsOf(world).length >= 2) stop.abort()
    }, 5)
    const env = {
      ...{ MISTRAL_TARGET_API_KEY: 'other', MISTRAL_TARGET_BASE_URL: world.sandbox.url },
      HANSARD_ARCHIVE: world.archive,
    }
    const args = ['replay', 'run', '--yes', '--concurrency', '1', '--settle', '0']
    const { exitCode } = await hansard(args, { env, signal: stop.signal })
    clearInterval(look)
    expect(exitCode).toBe(130)
    const there = rowsOf(world).length
    expect(there).toBeLessThan(6)
    expect((await run(world))['done']).toBe(6)
    expect(rowsOf(world)).toHaveLength(6)
  })
})

describe('replay undo', () => {
  it('lists first, then deletes what the replay created, and keeps everything else and what was changed', async () => {
    const world = await replayWorld({ stories: [talksOf(someTalks(3))] })
    const account = world.sandbox.account('other')
    const stranger = account.create({ entries: [] })
    await run(world)
    const changed = account.ids.find((id) => id !== stranger) ?? ''
    account.appendTo(changed, ['{"type":"message.input","role":"user","id":"msg_x","content":"Mine now."}'])

    const told = await world.replay('undo')
    expect(told.stdout).toContain('2 would be deleted, 0 already gone, 1 kept. Nothing was deleted')
    expect(account.ids).toHaveLength(4)
    const done = await world.replay('undo', '--yes')
    expect(done).toMatchObject({
      exitCode: 3,
      stdout: expect.stringContaining('2 deleted, 0 already gone, 1 kept') as string,
    })
    expect([...account.ids].sort()).toEqual([stranger, changed].sort())
    expect((await world.replay('status', '--json')).stdout).toContain('"undone":2')
    expect(await run(world)).toMatchObject({ exitCode: 0, done: 3, before: 1 })
  })

  it('deletes all conversations that appends created', async () => {
    const world = await replayWorld({
      behaviour: { appendId: 'new' },
      stories: [talksOf([['One?', '1.', 'Two?', '2.', 'Three?', '3.']])],
    })
    await run(world, '--mode', 'turns')
    expect(rowsOf(world)).toHaveLength(3)
    expect((await world.replay('undo', '--yes')).stdout).toContain('3 deleted')
    expect(rowsOf(world)).toHaveLength(0)
  })

  it('keeps the copies of another archive', async () => {
    const world = await replayWorld({ stories: [talksOf(someTalks(1))] })
    const other = join(world.folder, 'other.db')
    copyFileSync(world.archive, other)
    await run(world)
    await world.replay('run', '--archive', other, '--yes')
    expect((await world.replay('undo', '--archive', other, '--yes')).stdout).toContain('0 deleted')
    expect(rowsOf(world).map(({ metadata }) => Object.keys(metadata as object))).toEqual([[STAMP_KEY]])
  })
})
