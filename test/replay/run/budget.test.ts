import { describe, expect, it } from 'vitest'

import { toCamelCase } from '../../../src/model/json/rename-keys.ts'
import { reportedUsage } from '../../../src/replay/run/streamed-response.ts'
import { proxy, type Exchange } from '../../support/proxy.ts'
import { replayWorld, type ReplayWorld } from '../../support/replay-world.ts'
import { someTalks, talksOf } from '../../support/talks.ts'
import { startHansard } from '../../support/hansard-process.ts'

interface Result {
  readonly exitCode: number
  readonly done: number
  readonly found: number
  readonly requests: number
  readonly tokensIn: number
  readonly tokensOut: number
  readonly cost: number | null
  readonly reported: { readonly tokensIn: number; readonly tokensOut: number }
  readonly carried: { readonly tokensIn: number; readonly tokensOut: number; readonly requests: number }
}

async function run({ replay }: ReplayWorld, ...args: string[]): Promise<Result> {
  const { stdout, exitCode } = await replay('run', '--yes', '--json', '--settle', '0.3', ...args)
  return { ...(toCamelCase(JSON.parse(stdout)) as Result), exitCode }
}

function writesTo({ sandbox }: ReplayWorld): number {
  return sandbox.requests.filter(({ account, method }) => account === 'other' && method === 'POST').length
}

/** The plan's estimate for each conversation of `someTalks`. */
async function estimateOfOne({ replay }: ReplayWorld): Promise<{ tokensIn: number; tokensOut: number }> {
  const { stdout } = await replay('plan', '--json', '--id', 'conv_0')
  const [line = '{}'] = stdout.split('\n').filter((text) => text.includes('"estimate"'))
  return (toCamelCase(JSON.parse(line)) as { estimate: { tokensIn: number; tokensOut: number } }).estimate
}

const usageIn = /"usage":\{[^}]*\}/

/** Makes a target send `piece` in each part of a response (no part is long) and report another usage. */
function reporting(usage: string | undefined, piece = '') {
  return (exchange: Exchange) => {
    if (exchange.method !== 'POST') return
    exchange.text = exchange.text
      .replace(usageIn, usage === undefined ? '"other":0' : `"usage":${usage}`)
      .replace(/("type":"message.output.delta"[^\n]*"content":)"[^"]*"/g, `$1${JSON.stringify(piece)}`)
  }
}

const usages = [
  undefined,
  'null',
  '{}',
  '[]',
  '"many"',
  '{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}',
  '{"prompt_tokens":-500,"completion_tokens":-1}',
  '{"prompt_tokens":"12","completion_tokens":"1"}',
  '{"prompt_tokens":1e308,"completion_tokens":1e308}',
  '{"prompt_tokens":1e400,"completion_tokens":null}',
  '{"prompt_tokens":12.5,"completion_tokens":0.1}',
  '{"prompt_tokens":{"toString":1},"completion_tokens":[1]}',
]

describe('The usage that a target reports', () => {
  it.each(usages)('(%s) never lets a run exceed its limit by estimate', async (usage) => {
    const world = await replayWorld({ stories: [talksOf(someTalks(8))] })
    const { tokensIn, tokensOut } = await estimateOfOne(world)
    const { url } = await proxy(world.sandbox.url, reporting(usage))
    const limit = 3 * (tokensIn + tokensOut)
    const first = await run(world, '--to-base-url', url, '--max-tokens', String(limit), '--concurrency', '8')
    expect(first).toMatchObject({ exitCode: 7, done: 3, found: 0, tokensIn: 3 * tokensIn })
    expect(writesTo(world)).toBe(3)
  })

  it.each(usages)('(%s) loses no response and leaves numbers in the report', async (usage) => {
    const world = await replayWorld({ stories: [talksOf(someTalks(3))] })
    const { url } = await proxy(world.sandbox.url, reporting(usage))
    const result = await run(world, '--to-base-url', url, '--price', '1,2')
    expect(result).toMatchObject({ exitCode: 0, done: 3, found: 0 })
    const { tokensIn, tokensOut, cost } = result
    expect(cost).toBeCloseTo((tokensIn + 2 * tokensOut) / 1e6)
    const { stdout } = await world.replay('status', '--json')
    expect(toCamelCase(JSON.parse(stdout))).toMatchObject({
      targets: [
        {
          spent: {
            requests: 3,
            tokensIn,
            tokensOut,
            cost: expect.closeTo(cost ?? 0, 9) as number,
            reported: result.reported,
          },
        },
      ],
    })
  })

  it('counts if it is more than the estimate', async () => {
    const world = await replayWorld({ stories: [talksOf(someTalks(4))] })
    const usage = '{"prompt_tokens":5000,"completion_tokens":70,"total_tokens":5070}'
    const { url } = await proxy(world.sandbox.url, reporting(usage))
    const args = ['--to-base-url', url, '--max-tokens', '11000', '--concurrency', '1']
    expect(await run(world, ...args)).toMatchObject({
      exitCode: 7,
      done: 3,
      tokensIn: 15_000,
      tokensOut: 210,
    })
  })

  it('is shown apart from what was counted', async () => {
    const world = await replayWorld({ stories: [talksOf(someTalks(1))] })
    const { tokensIn, tokensOut } = await estimateOfOne(world)
    const { url } = await proxy(world.sandbox.url, reporting('{"prompt_tokens":1,"completion_tokens":0}'))
    const { stdout } = await world.replay('run', '--yes', '--to-base-url', url)
    const words = `${tokensIn} tokens in, ${tokensOut} out (at least the estimate; the target reported 1 token in, 0 out)`
    expect(stdout).toContain(words)
    expect((await world.replay('status')).stdout).toContain(`Spent: 1 write, ${words}`)
  })

  it('is not needed for a long answer: its text counts', async () => {
    const world = await replayWorld({ stories: [talksOf(someTalks(3))] })
    const { url } = await proxy(world.sandbox.url, reporting('null', 'word '.repeat(1000)))
    const args = ['--to-base-url', url, '--max-tokens', '1000', '--concurrency', '1']
    const result = await run(world, ...args)
    expect(result).toMatchObject({ exitCode: 7, done: 1 })
    expect(result.tokensOut).toBeGreaterThan(1_200)
  })

  it('is read as integers, as far as they are plausible numbers of tokens', () => {
    expect(reportedUsage({ prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 })).toEqual({
      tokensIn: 3,
      tokensOut: 2,
    })
    expect(reportedUsage({ total_tokens: 9 })).toEqual({ tokensIn: 0, tokensOut: 9 })
    expect(reportedUsage({ prompt_tokens: 3, completion_tokens: 2, total_tokens: 9 })).toEqual({
      tokensIn: 7,
      tokensOut: 2,
    })
    expect(reportedUsage({ prompt_tokens: 0.5, completion_tokens: 1.5, connector_tokens: 4 })).toEqual({
      tokensIn: 5,
      tokensOut: 2,
    })
    for (const none of [undefined, null, 7, 'x', [], { prompt_tokens: NaN, completion_tokens: Infinity }])
      expect(reportedUsage(none)).toEqual({ tokensIn: 0, tokensOut: 0 })
  })
})

describe('A limit', () => {
  it('counts lost responses as estimated, whether found or sent again', async () => {
    const world = await replayWorld({
      stories: [talksOf(someTalks(6))],
      faults: [
        { operation: 'startStream', nth: 1, account: 'other', then: { kind: 'reset', when: 'after' } },
        { operation: 'startStream', nth: 2, account: 'other', then: { kind: 'reset', when: 'before' } },
      ],
    })
    const { tokensIn, tokensOut } = await estimateOfOne(world)
    const limit = 4 * (tokensIn + tokensOut)
    const { url } = await proxy(world.sandbox.url, reporting('null'))
    const args = ['--to-base-url', url, '--max-tokens', String(limit), '--concurrency', '1']
    const first = await run(world, ...args)
    expect(first).toMatchObject({ exitCode: 7, tokensIn: 4 * tokensIn, tokensOut: 4 * tokensOut })
    expect(writesTo(world)).toBe(4)
  })

  it('counts that each turn reads everything before it', async () => {
    const talk = Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? `Question ${i}?` : 'Yes.'))
    const world = await replayWorld({ stories: [talksOf([talk])] })
    const { url } = await proxy(world.sandbox.url, reporting('null', 'word '.repeat(1000)))
    const result = await run(world, '--mode', 'turns', '--to-base-url', url)
    expect(result).toMatchObject({ exitCode: 0, done: 1 })
    expect(result.tokensIn).toBeGreaterThan((1 + 2 + 3 + 4) * 1250)
  })

  it('holds for a killed run and the one that continues it; the next one starts from zero', async () => {
    const world = await replayWorld({
      stories: [talksOf(someTalks(12))],
      faults: [{ operation: 'startStream', account: 'other', then: { kind: 'latency', ms: 40 } }],
    })
    const { tokensIn, tokensOut } = await estimateOfOne(world)
    const { url } = await proxy(world.sandbox.url, reporting('null'))
    const most = String(6 * (tokensIn + tokensOut))
    const limit = ['--to-base-url', url, '--max-tokens', most, '--concurrency', '1']
    const env = { MISTRAL_TARGET_API_KEY: 'other', HANSARD_ARCHIVE: world.archive }
    const killed = startHansard(['replay', 'run', '--yes', ...limit], env)
    const look = setInterval(() => writesTo(world) >= 3 && killed.child.kill('SIGKILL'), 2)
    await killed.ended
    clearInterval(look)
    const before = writesTo(world)
    expect(before).toBeLessThan(6)
    const second = await run(world, ...limit)
    expect(second).toMatchObject({ exitCode: 7, carried: { tokensIn: before * tokensIn } })
    expect(writesTo(world)).toBe(6)
    expect(await run(world, ...limit)).toMatchObject({ carried: { tokensIn: 0, requests: 0 } })
    expect(writesTo(world)).toBeGreaterThan(9)
  })

  it('of requests is exact, including reads and retries', async () => {
    const world = await replayWorld({
      stories: [talksOf(someTalks(8))],
      faults: [
        { operation: 'list', account: 'other', every: 2, then: { kind: 'answer', like: 'bad-gateway' } },
        { operation: 'startStream', account: 'other', every: 2, then: { kind: 'answer', like: 'too-many' } },
      ],
    })
    const begun = () => world.sandbox.requests.filter(({ account }) => account === 'other').length
    for (const limit of [1, 2, 3, 5, 9, 12]) {
      const before = begun()
      const { exitCode } = await world.replay('run', '--yes', '--max-requests', String(limit))
      expect({ limit, exitCode }).toEqual({ limit, exitCode: 7 })
      expect(begun() - before).toBeLessThanOrEqual(limit)
    }
    expect(await run(world)).toMatchObject({ exitCode: 0, done: 8 })
    expect(world.sandbox.account('other').ids).toHaveLength(8)
  })
})
