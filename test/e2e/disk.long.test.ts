import { existsSync, readdirSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'

import { ConversationsClient } from '../../src/api/client.ts'
import { Archive, openArchive } from '../../src/archive/archive.ts'
import { openSqlite } from '../../src/archive/sqlite/sqlite.ts'
import { backup } from '../../src/backup/backup.ts'
import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { world, type World } from '../support/world.ts'
import { startHansard } from '../support/hansard-process.ts'
import { checkIntegrity, differences } from '../torture/truth.ts'

const COUNT = 150
const stories = [generateConversations({ count: COUNT, entries: 4, bytesPerEntry: 2000, seed: 9 })]

function clientOf({ sandbox }: World): ConversationsClient {
  const client = new ConversationsClient({ apiKey: 'source', baseUrl: sandbox.url })
  onTestFinished(() => client.close())
  return client
}

async function mustComplete({ archive, sandbox, backup: run }: World): Promise<void> {
  checkIntegrity(archive)
  expect(await run()).toMatchObject({ exitCode: 0, complete: true, failed: 0 })
  checkIntegrity(archive)
  expect(differences(archive, sandbox.account('source'))).toEqual([])
}

describe('A file size limit', { timeout: 60_000 }, () => {
  it('ends the command with one sentence and what to do', async () => {
    for (const kilobytes of [60, 150, 400]) {
      const here = await world({ stories })
      const limits = `ulimit -f ${kilobytes}`
      const { exit, stderr, stdout } = await startHansard(['backup'], here.env, { limits }).ended
      expect([exit, stdout]).toEqual([1, ''])
      expect(stderr).toMatch(/^hansard: .+: (cannot write any more.+|the disk .+)\nhint: .+\n$/)
      await mustComplete(here)
    }
  })
})

describe('A read-only disk', () => {
  it('ends the command with one sentence and a hint, and leaves nothing behind', async () => {
    const here = await world({ stories })
    const { exitCode, stderr } = await here.run('backup', '--archive', '/proc/self/archive.db')
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/^hansard: .+\nhint: .+\n$/)
    expect(existsSync('/proc/self/archive.db')).toBe(false)
  })

  it('stops a run before it changes anything', async () => {
    const here = await world({ stories })
    openArchive(here.archive, { mode: 'create' }).close()
    const store = new Archive(openSqlite(here.archive, 'read'), here.archive)
    await expect(backup(clientOf(here), store)).rejects.toMatchObject({
      code: 'file',
      message: expect.stringContaining('it is read-only') as string,
    })
    store.close()
    expect(readdirSync(here.folder).filter((file) => !/-(wal|shm)$/.test(file))).toEqual(['archive.db'])
    await mustComplete(here)
  })
})
