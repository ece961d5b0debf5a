import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'

import { demoKeys, sandboxCommand, type SandboxCommandOptions } from '../../../src/cli/commands/sandbox.ts'
import { exitCodes } from '../../../src/cli/exit-codes.ts'
import { expectSchema } from '../../support/json-schemas.ts'
import { testIo } from '../../support/test-io.ts'
import { world } from '../../support/world.ts'

/** Runs the command, checks it while it runs, and stops it. */
async function run(options: SandboxCommandOptions, look: (url: string) => Promise<void>) {
  const stop = new AbortController()
  const stdout = new PassThrough()
  const running = sandboxCommand(options, testIo({ stdout, signal: stop.signal }))
  const printed = await Promise.race([
    new Promise<string>((told) => stdout.once('data', (data) => told(String(data)))),
    running,
  ])
  await look(/http:\/\/[\d.:]+/.exec(String(printed))?.[0] ?? '')
  stop.abort()
  return { code: await running, printed: String(printed) }
}

async function list(url: string, key: string): Promise<Response> {
  return fetch(`${url}/v1/conversations`, { headers: { authorization: `Bearer ${key}` } })
}

describe('hansard sandbox', () => {
  it('serves the built-in stories until it is interrupted', async () => {
    const { code, printed } = await run({}, async (url) => {
      expect(await (await list(url, demoKeys.source)).json()).not.toHaveLength(0)
      expect(await (await list(url, demoKeys.target)).json()).toEqual([])
    })
    expect(code).toBe(exitCodes.done)
    expect(printed).toMatch(
      /^http:.*\nsource {2}sandbox-source {2}\d+ conversations\ntarget {2}sandbox-target\n$/,
    )
  })

  it('prints its address as a JSON object', async () => {
    const { printed } = await run({ json: true, conversations: 5 }, async () => {})
    expect(expectSchema('sandbox', printed)[0]).toEqual({
      command: 'sandbox',
      url: expect.stringContaining('http://127.0.0.1:'),
      keys: demoKeys,
      conversations: 17,
    })
  })

  it('serves an archive', async () => {
    const { sandbox, archive, backup } = await world()
    const row = '{"id":"conv_1","created_at":"2026-01-01T00:00:00.000000Z","metadata":{"n":1e400}}'
    sandbox.account('source').create({ row, entries: [] })
    await backup()
    await run({ from: archive }, async (url) =>
      expect(await (await list(url, demoKeys.source)).text()).toBe(`[${row}]`),
    )
  })

  it('applies switches, faults and limits', async () => {
    const fault = ['{"operation":"list","nth":1,"then":{"kind":"answer","like":"bad-gateway"}}']
    await run({ fault, rps: 2, latency: 1, behaviour: ['maxPageSize=2'] }, async (url) => {
      expect((await list(url, demoKeys.source)).status).toBe(502)
      expect(await (await list(url, demoKeys.source)).json()).toHaveLength(2)
      expect((await list(url, demoKeys.source)).status).toBe(429)
    })
  })

  it('refuses invalid options', async () => {
    const look = async () => {}
    await expect(run({ fault: ['{'] }, look)).rejects.toMatchObject({
      code: 'usage',
      message: 'Invalid fault {: not valid JSON',
    })
    await expect(run({ fault: ['{"acount":"a","then":{"kind":"latency"}}'] }, look)).rejects.toThrow(
      /then\.ms: .*expected number.*"acount"/,
    )
    const unknown = ['{}', '{"then":{"kind":"rain"}}', '{"then":{"kind":"answer","like":"x"}}']
    for (const text of [...unknown, '{"operation":"x","then":{"kind":"latency","ms":1}}']) {
      await expect(run({ fault: [text] }, look)).rejects.toMatchObject({ code: 'usage' })
    }
    await expect(run({ behaviour: ['x=1'] }, look)).rejects.toMatchObject({ code: 'usage' })
    await expect(run({ stories: '/nowhere' }, look)).rejects.toMatchObject({ code: 'file' })
    await run({}, async (url) => {
      const port = Number(new URL(url).port)
      await expect(run({ port }, look)).rejects.toMatchObject({ code: 'network' })
    })
  })
})
