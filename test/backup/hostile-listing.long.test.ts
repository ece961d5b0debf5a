import { describe, expect, it } from 'vitest'

import { testFolder } from '../support/folder.ts'
import { hansard } from '../support/hansard.ts'
import { serve } from '../support/http-server.ts'

type Answer = { status?: number; body: string }

const rows = Array.from({ length: 120 }, (_, i) =>
  JSON.stringify({
    ...{ id: `conv_${i}`, metadata: null, n: 1.5 },
    created_at: new Date(1.7e12 - i * 1e6).toISOString(),
    updated_at: new Date(1.7e12 - i * 1e6).toISOString(),
  }),
)

/** Starts a service with this listing; returns commands against it and the number of listing requests. */
async function worldOf(list: (page: number, size: number, n: number) => Answer) {
  let lists = 0
  const { url } = await serve(({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://x')
    const [, , , id = '', part = ''] = pathname.split('/')
    const entries = `[{"type":"message.input","content":"say ${id}"}]`
    if (part !== '')
      response.end(`{"conversation_id":"${id}","${part === 'history' ? 'entries' : part}":${entries}}`)
    else if (id !== '') response.end(rows.find((row) => row.includes(`"${id}"`)))
    else {
      const { status = 200, body } = list(
        Number(searchParams.get('page')),
        Number(searchParams.get('page_size')),
        ++lists,
      )
      response.writeHead(status).end(body)
    }
  })
  const archive = `${testFolder()}/archive.db`
  const env = { MISTRAL_API_KEY: 'k', MISTRAL_BASE_URL: url, HANSARD_ARCHIVE: archive }
  const run = (...args: string[]) => hansard(args, { env })
  const backup = async (...args: string[]) => {
    const { stdout, exitCode } = await run('backup', '--json', ...args)
    return { ...(JSON.parse(stdout) as Record<string, unknown>), exitCode }
  }
  return { run, backup, lists: () => lists }
}

const pageOf = (page: number, size: number) => rows.slice(page * size, page * size + size)
const array = (some: readonly string[]): Answer => ({ body: `[${some.join()}]` })

describe('A page size that is refused', () => {
  const refusal = '{"detail":[{"type":"less_than_equal","loc":["query","page_size"],"msg":"at most 50"}]}'
  it.each([
    ['with the message of the API', refusal],
    ['with another message', '{"detail":"limit too high"}'],
  ])('is halved in a backup, a dry run and verify --remote (%s)', async (_, body) => {
    const here = await worldOf((page, size) =>
      size > 50 ? { status: 422, body } : array(pageOf(page, size)),
    )
    expect(await here.backup('--dry-run')).toMatchObject({ exitCode: 0, new: 120, complete: true })
    expect(await here.backup()).toMatchObject({ exitCode: 0, new: 120, complete: true })
    expect(await here.backup('--page-size', '1000')).toMatchObject({ exitCode: 0, unchanged: 120 })
    expect((await here.run('verify', '--remote')).exitCode).toBe(0)
  })

  it('ends the run with a clear error if even one row is refused', async () => {
    const here = await worldOf((_, size) =>
      size === 1 && here.lists() === 1 ? array([]) : { status: 422, body: refusal },
    )
    const { exitCode, stderr } = await here.run('backup')
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('at most 50')])
    expect(stderr).toContain('another --page-size')
    expect(here.lists()).toBeLessThan(13)
  })
})

it('A page that is too large for memory is requested again in halves', async () => {
  const tiny = `[${'0,'.repeat(1e6)}0]`
  const here = await worldOf((page, size) => (size > 50 ? { body: tiny } : array(pageOf(page, size))))
  expect(await here.backup()).toMatchObject({ exitCode: 0, new: 120, complete: true })
})

describe('A single row that is too large', () => {
  const tiny = `{"id":"conv_large","x":[${'0,'.repeat(1e6)}0]}`
  const worldWith = (at: readonly number[]) => {
    const all = [...rows]
    for (const index of at) all.splice(index, 0, tiny)
    return worldOf((page, size) => array(all.slice(page * size, page * size + size)))
  }

  it('is a failure that each run recognizes, and all others are stored', async () => {
    const here = await worldWith([70])
    expect(await here.backup()).toMatchObject({
      ...{ exitCode: 3, listed: 121, new: 120, failed: 1, complete: false },
      reason: 'a row of the listing is too large to be read',
    })
    expect(here.lists()).toBeLessThan(80)
    expect(await here.backup()).toMatchObject({ exitCode: 3, unchanged: 120, failed: 1 })
    const { stdout } = await here.run('status', '--json')
    const { failures } = JSON.parse(stdout) as { failures: { message: string }[] }
    expect(failures).toEqual([expect.objectContaining({ code: 'too-large' })])
    expect(failures[0]?.message).toContain('1 before conv_70 of the listing is too large')
    expect((await here.run('verify', '--remote')).stdout).toContain('too large')
  })

  it('may be next to another one, first or last', async () => {
    const here = await worldWith([0, 1, 122])
    expect(await here.backup()).toMatchObject({ exitCode: 3, new: 120, failed: 3 })
  })

  it('ends the run soon if all rows are too large, since the service is at fault', async () => {
    const here = await worldOf(() => array([tiny]))
    const { exitCode, stderr } = await here.run('backup')
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('too many small values')])
    expect(here.lists()).toBeLessThan(40)
  })
})

describe('A listing in an envelope', () => {
  const envelope = (some: readonly string[], more: boolean): Answer => ({
    body: `{"object":"list","has_more":${more},"data":[${some.join()}]}`,
  })

  it('is read', async () => {
    const here = await worldOf((page, size) => envelope(pageOf(page, size), (page + 1) * size < rows.length))
    expect(await here.backup()).toMatchObject({ exitCode: 0, new: 120, complete: true })
  })

  it('that says at its end that more rows follow is not complete', async () => {
    const here = await worldOf((page, size) => envelope(pageOf(page, size), true))
    expect(await here.backup()).toMatchObject({
      ...{ exitCode: 3, new: 120, complete: false },
      reason: 'the listing ended although it says that more rows follow',
    })
  })

  it('of another shape ends the run, and the hint does not say that it was stored', async () => {
    for (const body of ['{"items":[]}', '{"object":"error","message":"no"}', 'null', '"[]"']) {
      const here = await worldOf(() => ({ body }))
      const { exitCode, stderr } = await here.run('backup', '--adopt-account')
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining('not an array')])
      expect(stderr).not.toContain('kept')
    }
  })
})

describe('A listing that never ends', () => {
  it.each([
    ['ignores page', (_: number, size: number) => array(rows.slice(0, size))],
    [
      'ignores page, and its order alternates',
      (_: number, __: number, n: number) => array(n % 2 ? rows : rows.toReversed()),
    ],
    [
      'gives the last page again behind the end',
      (page: number, size: number) => array(pageOf(Math.min(page, Math.ceil(120 / size) - 1), size)),
    ],
  ])('is ended with the rows that were found: the service %s', async (_, list) => {
    const here = await worldOf(list)
    const result: Record<string, unknown> = await here.backup()
    expect(result).toMatchObject({ exitCode: 3, complete: false, failed: 0 })
    expect(result['new']).toBeGreaterThanOrEqual(100)
    expect(here.lists()).toBeLessThan(150)
  })
})

describe('Rows that cannot be read', () => {
  it('are failures of their own, and the others are stored', async () => {
    const odd = [
      '{"id":""}',
      '{"id":null}',
      '[]',
      '7',
      '{"id":{"toString":1}}',
      `{"id":"x","tools":${'['.repeat(9000)}${']'.repeat(9000)}}`,
    ]
    const here = await worldOf((page) => array(page === 0 ? [...odd, ...rows.slice(0, 5)] : []))
    expect(await here.backup()).toMatchObject({ exitCode: 3, listed: 11, complete: true })
    const { stdout } = await here.run('list')
    expect(stdout.trim().split('\n').length).toBeGreaterThanOrEqual(5)
  })
})
