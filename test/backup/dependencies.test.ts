import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../src/archive/archive.ts'
import { expectToEndSoon } from '../support/stop.ts'
import { world, type World } from '../support/world.ts'

const long = new Date('2026-01-01')
const fileId = '933c5b5a-1c47-4cdd-84f6-f32526bd161b'
const withFile = `{"type":"message.output","content":[{"type":"tool_file","tool":"image_generation","file_id":"${fileId}"}]}`
const answer = (status: number, body: string) => ({ kind: 'answer', status, body }) as const

function metadata(bytes?: unknown): string {
  const size = bytes === undefined ? '' : `"bytes":${String(bytes)},`
  return `{"id":"${fileId}","object":"file",${size}"created_at":1,"filename":"a.png","purpose":"ocr","sample_type":"ocr_input","source":"upload"}`
}

/** Returns an account with one conversation that refers to a file, whose metadata has this size. */
async function worldWithFile(content: string, bytes?: unknown): Promise<World> {
  const here = await world()
  here.sandbox.account('source').create({ entries: [withFile], createdAt: long })
  here.sandbox
    .account('source')
    .addFile({ metadata: metadata(content.length), content: Buffer.from(content) })
  here.sandbox.faults.add({ operation: 'getFile', then: answer(200, metadata(bytes)) })
  return here
}

/** Returns an account with one conversation that refers to an agent, at a version or the current one. */
async function worldWithAgent(version?: number): Promise<World> {
  const here = await world()
  const times = '"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"'
  const at = version === undefined ? '' : `"agent_version":${version},`
  const row = `{"id":"conv_1",${times},"agent_id":"ag_1",${at}"metadata":null}`
  here.sandbox.account('source').create({ row, entries: [] })
  return here
}

const agent = (version: unknown) =>
  `{"id":"ag_1","object":"agent","version":${String(version)},"model":"m","name":"a","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}`

function look({ archive }: World) {
  const stored = openArchive(archive)
  const { counts, failed } = { counts: stored.dependencies.counts(), failed: stored.dependencies.failed() }
  stored.close()
  return { counts, reasons: failed.map(({ reason }) => reason) }
}

function kept({ archive }: World): unknown[] {
  const db = new Database(archive, { readonly: true })
  const sql = `select version, json ->> '$.version' as says, state from dependencies order by version`
  try {
    return db.prepare(sql).all()
  } finally {
    db.close()
  }
}

describe('An agent', () => {
  it('is stored at the version that a conversation refers to, not at the current one', async () => {
    const here = await worldWithAgent(0)
    for (const version of [0, 1, 2]) here.sandbox.account('source').addAgent(agent(version))
    expect(await here.backup()).toMatchObject({ exitCode: 0, dependencies: { stored: 1 } })
    expect(kept(here)).toEqual([{ version: '0', says: 0, state: 'stored' }])
  })

  it('without a version is stored as the current one only; a version may be a string', async () => {
    for (const [version, versions] of [
      ['null', ['']],
      ['{}', ['']],
      ['"7"', ['', '7']],
      ['7', ['', '7']],
    ] as const) {
      const here = await worldWithAgent()
      here.sandbox.faults.add({ operation: 'getAgent', then: answer(200, agent(version)) })
      await here.backup()
      expect(kept(here).map((row) => (row as { version: string }).version)).toEqual(versions)
    }
  })

  it('that is not an object is a failure, and the run is partial', async () => {
    for (const body of ['[]', 'null', '"agent"']) {
      const here = await worldWithAgent()
      here.sandbox.faults.add({ operation: 'getAgent', then: answer(200, body) })
      expect(await here.backup()).toMatchObject({
        exitCode: 3,
        complete: true,
        reason: '1 agent or file could not be fetched',
      })
      expect(look(here)).toMatchObject({
        counts: { failed: 1, stored: 0 },
        reasons: ['The API returned something other than an object'],
      })
    }
  })

  it('or a file with another id is a failure and is not stored', async () => {
    const other = agent(1).replace('ag_1', 'ag_2')
    const [here, there] = [await worldWithAgent(1), await worldWithFile('content', 7)]
    here.sandbox.faults.add({ operation: 'getAgent', then: answer(200, other) })
    there.sandbox.faults.clear()
    const body = metadata(7).replace(fileId, 'another')
    there.sandbox.faults.add({ operation: 'getFile', then: answer(200, body) })
    for (const [one, what] of [
      [here, 'agent'],
      [there, 'file'],
    ] as const) {
      expect(await one.backup()).toMatchObject({ exitCode: 3, dependencies: { failed: 1, stored: 0 } })
      expect(look(one).reasons).toEqual([`The API returned another ${what}`])
    }
  })
})

describe('A file', () => {
  it('of exactly the size limit is stored; a larger one is not requested', async () => {
    for (const [limit, state, isAsked] of [
      ['10', 'stored', true],
      ['9', 'skipped', false],
    ] as const) {
      const here = await worldWithFile('x'.repeat(10), 10)
      expect(await here.backup('--max-file-size', limit)).toMatchObject({ dependencies: { [state]: 1 } })
      const asked = here.sandbox.requests.map(({ operation }) => operation)
      expect(asked.includes('getFileContent')).toBe(isAsked)
    }
  })

  it('of unknown size is checked after it was read', async () => {
    for (const bytes of [undefined, '"many"', 'null']) {
      const here = await worldWithFile('x'.repeat(10), bytes)
      expect(await here.backup('--max-file-size', '9')).toMatchObject({ dependencies: { skipped: 1 } })
      expect(await here.backup('--max-file-size', '10')).toMatchObject({ dependencies: { stored: 1 } })
    }
  })

  it('that is empty is stored if its metadata says so, and is a failure otherwise', async () => {
    for (const [bytes, state] of [
      [0, 'stored'],
      [undefined, 'failed'],
      [1, 'failed'],
    ] as const) {
      const here = await worldWithFile('', bytes)
      await here.backup()
      expect(look(here).counts).toMatchObject({ [state]: 1 })
      if (bytes === undefined) expect(look(here).reasons).toEqual(['The API returned an empty file'])
    }
  })
})

describe('A file that the API does not find', () => {
  async function worldOfFileFrom(createdAt?: Date): Promise<World> {
    const here = await world()
    here.sandbox.account('source').create({ entries: [withFile], ...(createdAt && { createdAt }) })
    return here
  }
  const addFile = ({ sandbox }: World) =>
    sandbox.account('source').addFile({ metadata: metadata(7), content: Buffer.from('content') })

  it('is requested again while the reference is less than two days old', async () => {
    const here = await worldOfFileFrom()
    for (let night = 1; night <= 2; night++)
      expect(await here.backup()).toMatchObject({ exitCode: 3, dependencies: { failed: 1, expired: 0 } })
    addFile(here)
    expect(await here.backup()).toMatchObject({ exitCode: 0, dependencies: { stored: 1, failed: 0 } })
  })

  it('is expired once the reference is two days old', async () => {
    for (const [days, state] of [
      [1.9, 'failed'],
      [2.1, 'expired'],
    ] as const) {
      const here = await worldOfFileFrom(new Date(Date.now() - days * 86_400_000))
      expect(await here.backup()).toMatchObject({ dependencies: { [state]: 1 } })
    }
  })

  it('is requested again with --full, even if it was expired', async () => {
    const here = await worldOfFileFrom(long)
    expect(await here.backup()).toMatchObject({ exitCode: 0, dependencies: { expired: 1 } })
    addFile(here)
    expect(await here.backup()).toMatchObject({ exitCode: 0, dependencies: { expired: 1 } })
    expect(await here.backup('--full')).toMatchObject({
      exitCode: 0,
      dependencies: { stored: 1, expired: 0 },
    })
  })

  it('is not expired if the 404 is that of a gateway', async () => {
    const here = await worldOfFileFrom(long)
    here.sandbox.faults.add({ operation: 'getFile', then: answer(404, '{"message":"no Route matched"}') })
    expect(await here.backup()).toMatchObject({ exitCode: 3, dependencies: { failed: 1, expired: 0 } })
  })
})

describe('An error that ends the run', () => {
  it('while files are fetched leaves them for the next run: a refused key', async () => {
    const here = await worldWithFile('content', 7)
    here.sandbox.faults.add({
      operation: 'getFileContent',
      times: 1,
      then: answer(401, '{"message":"Unauthorized","request_id":"r"}'),
    })
    const { exitCode } = await here.run('backup')
    expect(exitCode).toBe(5)
    expect(look(here).counts).toMatchObject({ wanted: 1, failed: 0 })
    expect(await here.backup()).toMatchObject({ exitCode: 0, dependencies: { stored: 1 } })
  })

  it.each(['getFile', 'getFileContent', 'getAgent'] as const)(
    'such as Ctrl-C takes effect soon, even if %s never responds',
    async (operation) => {
      const here = operation === 'getAgent' ? await worldWithAgent() : await worldWithFile('content', 7)
      here.sandbox.faults.clear()
      await expectToEndSoon(here, operation)
      expect(look(here).counts).toMatchObject({ wanted: 1, failed: 0 })
    },
  )
})
