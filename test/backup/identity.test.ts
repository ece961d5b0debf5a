import { describe, expect, it } from 'vitest'

import { hansard } from '../support/hansard.ts'
import { stopWhenAsked } from '../support/stop.ts'
import { world, type World } from '../support/world.ts'

const long = new Date('2026-01-01')
const entry = '{"type":"message.input","content":"hello"}'
const refused = { kind: 'answer', status: 401, body: '{"message":"Unauthorized","request_id":"r"}' } as const

/** Returns a backup, with a new key, into an archive with three conversations. */
async function worldWithOtherKey() {
  const here = await world()
  for (const key of ['source', 'other']) {
    for (const n of [1, 2, 3]) {
      const times = '"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"'
      here.sandbox
        .account(key)
        .create({ row: `{"id":"conv_${n}",${times},"metadata":null}`, entries: [entry] })
    }
  }
  await here.backup()
  const env = { MISTRAL_API_KEY: 'other', MISTRAL_BASE_URL: here.sandbox.url, HANSARD_ARCHIVE: here.archive }
  return {
    here,
    backupWithOther: (signal?: AbortSignal) => hansard(['backup'], { env, ...(signal && { signal }) }),
  }
}

describe('The owner of an archive', () => {
  it('is not said to be another account if the service did not respond', async () => {
    const { here, backupWithOther } = await worldWithOtherKey()
    here.sandbox.faults.add({ operation: 'get', then: refused })
    const { exitCode, stderr } = await backupWithOther()
    expect(exitCode).toBe(5)
    expect(stderr).not.toContain('adopt-account')
    here.sandbox.faults.clear()
    expect(await backupWithOther()).toMatchObject({ exitCode: 0 })
  })

  it('is recognized by any conversation that exists, even if others do not', async () => {
    const { here, backupWithOther } = await worldWithOtherKey()
    here.sandbox.account('other').remove('conv_1')
    here.sandbox.account('other').remove('conv_2')
    const { exitCode, stdout } = await backupWithOther()
    expect(stdout).toContain('2 of 3 conversations are no longer listed')
    expect(exitCode).toBe(3)
  })

  it('is no longer determined after Ctrl-C', async () => {
    const { here, backupWithOther } = await worldWithOtherKey()
    here.sandbox.faults.add({ operation: 'get', then: { kind: 'stall', at: 'head' } })
    const began = performance.now()
    expect(await backupWithOther(stopWhenAsked(here.sandbox, 'get'))).toMatchObject({ exitCode: 130 })
    expect(performance.now() - began).toBeLessThan(5000)
  })
})

describe('A key that sees no conversation', () => {
  it('does not make a complete backup until the user confirms it once', async () => {
    const here = await world()
    for (let night = 1; night <= 2; night++) {
      expect(await here.backup()).toMatchObject({
        ...{ exitCode: 3, listed: 0, complete: false },
        reason: expect.stringContaining('--adopt-account') as string,
      })
    }
    expect((await here.run('backup', '--dry-run')).exitCode).toBe(3)
    const { exitCode, stdout } = await here.run('verify', '--remote')
    expect([exitCode, stdout]).toEqual([3, expect.stringContaining('sees no conversations')])
    expect(await here.backup('--adopt-account')).toMatchObject({ exitCode: 0, complete: true })
    expect(await here.backup()).toMatchObject({ exitCode: 0, listed: 0, complete: true })
    expect((await here.run('verify', '--remote')).exitCode).toBe(0)
  })

  it('makes complete backups from the first conversation on', async () => {
    const here = await world()
    expect(await here.backup()).toMatchObject({ exitCode: 3 })
    here.sandbox.account('source').create({ entries: [entry], createdAt: long })
    expect(await here.backup()).toMatchObject({ exitCode: 0, new: 1, complete: true })
  })

  it('marks nothing gone in an archive with conversations, whether the key is known or not', async () => {
    const { here, backupWithOther } = await worldWithOtherKey()
    for (const key of ['source', 'other'])
      for (const id of here.sandbox.account(key).ids.slice()) here.sandbox.account(key).remove(id)
    expect(await here.backup()).toMatchObject({
      ...{ exitCode: 3, gone: 0 },
      reason: expect.stringContaining(
        'the listing is empty, but the archive holds 3 conversations',
      ) as string,
    })
    expect((await backupWithOther()).exitCode).toBe(2)
  })
})

describe('One conversation that cannot be read', () => {
  it('does not prevent recognizing a key by the others', async () => {
    for (const bad of ['conv_1', 'conv_2', 'conv_3']) {
      const { here, backupWithOther } = await worldWithOtherKey()
      here.sandbox.faults.add({
        operation: 'get',
        id: bad,
        then: { kind: 'answer', status: 400, body: '{}' },
      })
      expect((await backupWithOther()).exitCode).toBe(0)
    }
  })
})

describe('Looking up conversations that are no longer listed', () => {
  async function worldWithGone(): Promise<World> {
    const here = await world()
    const account = here.sandbox.account('source')
    const ids = Array.from({ length: 12 }, () => account.create({ entries: [entry], createdAt: long }))
    await here.backup()
    account.remove(ids[0] ?? '')
    return here
  }

  it('ends the run if the key is refused, and nothing is marked gone', async () => {
    const here = await worldWithGone()
    here.sandbox.faults.add({ operation: 'get', then: refused })
    expect((await here.run('backup')).exitCode).toBe(5)
    here.sandbox.faults.clear()
    expect(await here.backup()).toMatchObject({ exitCode: 0, gone: 1, complete: true })
  })

  it('stops at Ctrl-C, and nothing is marked gone', async () => {
    const here = await worldWithGone()
    here.sandbox.faults.add({ operation: 'get', then: { kind: 'stall', at: 'head' } })
    const env = {
      MISTRAL_API_KEY: 'source',
      MISTRAL_BASE_URL: here.sandbox.url,
      HANSARD_ARCHIVE: here.archive,
    }
    const signal = stopWhenAsked(here.sandbox, 'get')
    const began = performance.now()
    expect(await hansard(['backup'], { env, signal })).toMatchObject({ exitCode: 130 })
    expect(performance.now() - began).toBeLessThan(5000)
    here.sandbox.faults.clear()
    expect(await here.backup()).toMatchObject({ exitCode: 0, gone: 1 })
  })
})

describe('An accepted failure', () => {
  it('that happens again is not a failure of the run', async () => {
    const here = await world()
    const id = here.sandbox.account('source').create({ entries: [entry], createdAt: long })
    here.sandbox.faults.add({
      operation: 'getHistory',
      id,
      then: { kind: 'answer', status: 400, body: '{}' },
    })
    expect(await here.backup()).toMatchObject({ exitCode: 3, failed: 1 })
    await here.run('ack', id)
    expect(await here.backup()).toMatchObject({ exitCode: 0, listed: 1, failed: 0, unchanged: 1 })
  })
})
