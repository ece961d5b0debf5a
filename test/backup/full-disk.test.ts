import { describe, expect, it, onTestFinished } from 'vitest'

import { ConversationsClient } from '../../src/api/client.ts'
import { openArchive } from '../../src/archive/archive.ts'
import { backup } from '../../src/backup/backup.ts'
import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { openOnSmallDisk } from '../support/small-disk.ts'
import { world } from '../support/world.ts'
import { checkIntegrity, differences } from '../torture/truth.ts'

const stories = [generateConversations({ count: 150, entries: 4, bytesPerEntry: 2000, seed: 9 })]

describe('A full disk', { timeout: 60_000 }, () => {
  it.each([3, 10, 40, 41, 60])(
    'with %i pages left stops a run, which counts what it has stored; the next run stores the rest',
    async (pages) => {
      const here = await world({ stories })
      const client = new ConversationsClient({ apiKey: 'source', baseUrl: here.sandbox.url })
      onTestFinished(() => client.close())
      const store = openOnSmallDisk(here.archive, pages)
      await expect(backup(client, store, { concurrency: 3 })).rejects.toMatchObject({
        code: 'file',
        message: expect.stringContaining('the disk is full') as string,
        hint: expect.stringContaining('Free some space') as string,
      })
      store.close()

      const after = openArchive(here.archive)
      const [run] = after.runs.recent(1)
      if (run?.endedAt !== null) {
        const stored = after.conversations.count()
        expect(run).toMatchObject({ outcome: 'failed', complete: false, listed: stored, new: stored })
      }
      after.close()
      checkIntegrity(here.archive)
      expect(await here.backup()).toMatchObject({ exitCode: 0, complete: true, failed: 0 })
      checkIntegrity(here.archive)
      expect(differences(here.archive, here.sandbox.account('source'))).toEqual([])
    },
  )
})
