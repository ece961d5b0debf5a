import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

import { openArchive } from '../../src/archive/archive.ts'
import { openSqlite } from '../../src/archive/sqlite.ts'
import { testFolder } from '../support/folder.ts'
import { openOnSmallDisk } from '../support/small-disk.ts'

const newPath = () => join(testFolder(), 'archive.db')

describe('A full disk', () => {
  it('keeps what was done before, and takes back what was counted too soon', () => {
    const path = newPath()
    const store = openOnSmallDisk(path, 12)
    const done = new Set<number>()
    const failed = new Set<number>()
    for (let n = 0; n < 40; n++) {
      const work = () => store.histories.store([`{"n":${n},"text":"${'x'.repeat(4000)}"}`]).tip
      try {
        store.soon(work, () => done.delete(n))
        done.add(n)
      } catch {
        failed.add(n)
      }
    }
    try {
      store.flush()
    } catch {
      // What was lost has been taken back.
    }
    store.close()
    expect(failed.size).toBeGreaterThan(0)
    const db = openSqlite(path, 'read')
    const stored = db.prepare("select json ->> '$.n' from entry order by 1").pluck().all()
    db.close()
    expect(stored).toEqual([...done])
  })
})

describe('Work that nothing follows', () => {
  it('is committed in time all the same', async () => {
    const path = newPath()
    const store = openArchive(path, { mode: 'create' })
    onTestFinished(() => store.close())
    store.soon(() => store.histories.store(['{"lonely":true}']))
    const reader = openSqlite(path, 'read')
    onTestFinished(() => void reader.close())
    await expect
      .poll(() => reader.prepare('select json from entry').pluck().all())
      .toEqual(['{"lonely":true}'])
  })
})
