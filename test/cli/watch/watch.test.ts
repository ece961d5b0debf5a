import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

import { RunLog } from '../../../src/cli/watch/run-log.ts'
import { testFolder } from '../../support/folder.ts'
import { hasPrograms } from '../../support/programs.ts'
import { someTalks, talksOf } from '../../support/talks.ts'
import { testIo } from '../../support/test-io.ts'
import { world } from '../../support/world.ts'

interface ReceivedPing {
  readonly path: string
  readonly authorization: string | undefined
  readonly body: string
}

/** A service that watches over jobs. It responds with a status, or not at all. */
async function watchdog(status: number | null = 200): Promise<{ url: string; pings: ReceivedPing[] }> {
  const pings: ReceivedPing[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const { url: path = '', headers } = request
      pings.push({ path, authorization: headers.authorization, body })
      if (status !== null) response.writeHead(status).end('ok')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/uuid-of-job`, pings }
}

const stories = [talksOf(someTalks(3))]

describe('--ping', () => {
  it('reports the start and the success, with what was backed up', async () => {
    const { run } = await world({ stories })
    const { url, pings } = await watchdog()
    expect((await run('backup', '--quiet', '--ping', url)).exitCode).toBe(0)
    expect(pings.map(({ path }) => path)).toEqual(['/uuid-of-job/start', '/uuid-of-job'])
    expect(pings[1]?.body).toMatch(/^3 conversations listed: 3 new.*\nListing verified complete\./)
  })

  it('reports a failure, with the reason and what to do', async () => {
    const { run, sandbox } = await world({ stories })
    const { url, pings } = await watchdog()
    sandbox.faults.add({
      operation: 'getHistory',
      times: 1,
      then: { kind: 'answer', status: 422, body: '{}' },
    })
    expect((await run('backup', '--ping', url)).exitCode).toBe(3)
    sandbox.faults.add({ then: { kind: 'answer', status: 401, body: '{}' } })
    expect((await run('backup', '--ping', url)).exitCode).toBe(5)
    const [, partial, , refused] = pings
    expect(partial).toMatchObject({ path: '/uuid-of-job/fail' })
    expect(partial?.body).toContain('history/request-refused: 1 conversation')
    expect(refused).toMatchObject({ path: '/uuid-of-job/fail' })
    expect(refused?.body).toMatch(/^hansard: The API refused the key.*\nhint: /)
  })

  it.each([
    ['responds with an error', 500, /the ping to 127\.0\.0\.1:\d+ failed: it responded with HTTP 500/],
    ['hangs', null, /the ping to 127\.0\.0\.1:\d+ failed: /],
  ])('only warns when the service %s', { timeout: 60_000 }, async (_, status, warning) => {
    const { run } = await world({ stories })
    const { url } = await watchdog(status)
    const { exitCode, stderr } = await run('backup', '--ping', url)
    expect([exitCode, stderr]).toEqual([0, expect.stringMatching(warning)])
    expect(stderr).not.toContain('uuid-of-job')
  })

  it('sends credentials of its URL in a header, and prints them nowhere', async () => {
    const { run, folder } = await world({ stories })
    const { url, pings } = await watchdog(404)
    const log = join(folder, 'log')
    const secret = url.replace('//', '//me:pass%20word@')
    const { stdout, stderr } = await run('backup', '--ping', secret, '--log', log, '--verbose')
    expect(pings[0]?.authorization).toBe(`Basic ${Buffer.from('me:pass word').toString('base64')}`)
    for (const text of [stdout, stderr, readFileSync(log, 'utf8')])
      expect(text).not.toMatch(/pass.?(%20)?word|uuid-of/)
    const wrong = await run('backup', '--ping', 'ftp://me:password@example.org/uuid')
    expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringMatching(/not an http\(s\) URL\nhint: /)])
    expect(wrong.stderr).not.toContain('password')
  })
})

describe('--metrics', () => {
  const valueOf = (text: string, name: string) =>
    Number(new RegExp(`^hansard_${name} (\\S+)$`, 'm').exec(text)?.[1])

  it('writes what the run did, and when the oldest complete backup began, with no name in a label', async () => {
    const { run, folder } = await world({ stories })
    const file = join(folder, 'hansard.prom')
    await run('backup', '--metrics', file)
    const first = readFileSync(file, 'utf8')
    expect(valueOf(first, 'run_exit_code')).toBe(0)
    expect(valueOf(first, 'run_conversations{change="new"}'.replaceAll(/[{}]/g, '\\$&'))).toBe(3)
    expect(Date.now() / 1000 - valueOf(first, 'oldest_complete_backup_timestamp_seconds')).toBeLessThan(60)
    expect(first).not.toMatch(/archive\.db|source/)
    expect(readdirSync(folder).filter((name) => name.includes('part'))).toEqual([])
  })

  it('says that a run failed, and that there is no backup', async () => {
    const { run, folder, sandbox } = await world({ stories })
    sandbox.faults.add({ then: { kind: 'answer', status: 401, body: '{}' } })
    const file = join(folder, 'hansard.prom')
    expect((await run('backup', '--metrics', file)).exitCode).toBe(5)
    const text = readFileSync(file, 'utf8')
    expect(valueOf(text, 'run_exit_code')).toBe(5)
    expect(valueOf(text, 'oldest_complete_backup_timestamp_seconds')).toBe(0)
  })

  it.skipIf(!hasPrograms('promtool'))('is accepted by promtool without a remark', async () => {
    const { run, folder } = await world({ stories })
    const file = join(folder, 'hansard.prom')
    await run('backup', '--metrics', file)
    expect(execFileSync('promtool', ['check', 'metrics'], { input: readFileSync(file) }).toString()).toBe('')
  })

  it('is refused before the run if its folder is not there, as a log is', async () => {
    const { run, sandbox } = await world({ stories })
    for (const option of ['--metrics', '--log']) {
      const { exitCode, stderr } = await run('backup', option, '/nowhere/file')
      expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/nowhere[\s\S]*\nhint: /)])
    }
    expect(sandbox.requests).toEqual([])
  })
})

describe('--log', () => {
  const linesOf = (file: string) =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)

  it('appends the events of each run with its id; requests only with --verbose', async () => {
    const { run, folder, sandbox } = await world({ stories })
    const file = join(folder, 'log')
    sandbox.faults.add({
      operation: 'getHistory',
      times: 1,
      then: { kind: 'answer', status: 503, body: '{}' },
    })
    await run('backup', '--log', file)
    await run('backup', '--log', file, '--verbose')
    const lines = linesOf(file)
    const runs = [...new Set(lines.map(({ run_id }) => run_id))]
    const events = runs.map((id) => lines.filter(({ run_id }) => run_id === id).map(({ event }) => event))
    expect(events[0]).toEqual(['begin', 'retry', 'account', 'end'])
    expect(new Set(events[1])).toEqual(new Set(['begin', 'request', 'account', 'end']))
    expect(lines.find(({ event }) => event === 'account')).toMatchObject({
      new: 3,
      outcome: 'done',
      complete: true,
    })
    expect(lines.at(-1)).toMatchObject({ event: 'end', exit_code: 0 })
    for (const { at } of lines) expect(Date.parse(String(at))).toBeGreaterThan(0)
  })

  it('says why a run or an account failed', async () => {
    const { run, folder, sandbox } = await world({ stories })
    const file = join(folder, 'log')
    sandbox.faults.add({ then: { kind: 'answer', status: 401, body: '{}' } })
    await run('backup', '--log', file)
    const refused = expect.stringContaining('The API refused the key') as string
    expect(linesOf(file).slice(-2)).toMatchObject([
      { event: 'account', error: refused },
      { event: 'end', exit_code: 5, report: [refused, expect.stringMatching(/^hint: /)] },
    ])
  })

  it('is rotated at 10 MB, and keeps five older files', () => {
    const file = join(testFolder(), 'log')
    for (let n = 1; n <= 5; n++) writeFileSync(`${file}.${n}`, `${n}`)
    writeFileSync(file, 'x'.repeat(9_999_990))
    const log = new RunLog(file, testIo())
    log.write('begin')
    log.write('end')
    expect(linesOf(file).map(({ event }) => event)).toEqual(['begin', 'end'])
    expect(readFileSync(`${file}.1`, 'utf8')).toHaveLength(9_999_990)
    expect([2, 3, 4, 5].map((n) => readFileSync(`${file}.${n}`, 'utf8'))).toEqual(['1', '2', '3', '4'])
    expect(existsSync(`${file}.6`)).toBe(false)
  })

  it('that can no longer be written stops nothing', () => {
    const folder = testFolder()
    const io = testIo()
    let warned = ''
    io.stderr.write = ((text: string) => (warned += text)) as unknown as typeof io.stderr.write
    const log = new RunLog(join(folder, 'log'), io)
    execFileSync('rm', ['-r', folder])
    log.write('begin')
    log.write('end')
    expect(warned.match(/cannot write the log/g)).toHaveLength(1)
    mkdirSync(folder)
  })
})

describe('--max-duration', () => {
  it('stops in good order with 3, and the next run continues', async () => {
    const { run, sandbox, backup } = await world({ stories })
    const { url, pings } = await watchdog()
    sandbox.faults.add({ operation: 'getHistory', then: { kind: 'latency', ms: 3000 } })
    const { exitCode, stdout, stderr } = await run('backup', '--max-duration', '1s', '--ping', url)
    expect([exitCode, stdout]).toEqual([3, expect.stringContaining('The next run continues from here')])
    expect(stderr).toBe('hansard: stopped after 1.0 s (--max-duration); the next run continues from there\n')
    expect(pings.at(-1)).toMatchObject({
      path: '/uuid-of-job/fail',
      body: expect.stringContaining('stopped after') as string,
    })
    sandbox.faults.clear()
    expect(await backup('--max-duration', '1h')).toMatchObject({ exitCode: 0, complete: true })
  })

  it.each(['6', 'soon', '-1h', '0s', '30d', '1 month'])('refuses %s, which is no duration', async (text) => {
    const { run } = await world()
    const { exitCode, stderr } = await run('backup', '--max-duration', text)
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/hint: Expected a duration up to 20 days/)])
  })
})
