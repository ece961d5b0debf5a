import Database from 'better-sqlite3'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

import { openArchive } from '../../src/archive/archive.ts'
import { isDue } from '../../src/archive/journal/failures.ts'
import { beginRun } from '../support/archives.ts'
import { testFolder } from '../support/folder.ts'

describe('The body of a failure', () => {
  it('is stored as bytes, or as null if there is none', () => {
    const path = join(testFolder(), 'archive.db')
    const archive = openArchive(path, { mode: 'create' })
    onTestFinished(() => archive.close())
    const run = beginRun(archive, '2026')
    for (const [conversation, body] of [
      ['text', '{"é":1}'],
      ['empty', ''],
      ['bytes', new Uint8Array([0xff, 0x00])],
      ['nothing', undefined],
    ] as const) {
      archive.failures.record({ conversation, step: 'history', code: 'c', message: 'm', body }, run, '2026')
    }
    const db = new Database(path, { readonly: true })
    const kept = db.prepare('select typeof(body), hex(body) from failure order by id').raw().all()
    db.close()
    expect(kept).toEqual([
      ['blob', Buffer.from('{"é":1}').toString('hex').toUpperCase()],
      ['blob', ''],
      ['blob', 'FF00'],
      ['null', ''],
    ])
  })
})

describe('A failure', () => {
  const now = new Date('2026-03-10T00:00:00Z')
  const met = { conversation: 'c', step: 'history', code: 'c', message: 'm', acknowledgedAt: null } as const
  const failure = (runs: number, lastAt: string) => ({ ...met, runs, lastAt })

  it('is retried by every run at first, then weekly, even if the clock was wrong', () => {
    expect(isDue(failure(4, '2026-03-09T23:59:00Z'), now)).toBe(true)
    expect(isDue(failure(5, '2026-03-09T23:59:00Z'), now)).toBe(false)
    expect(isDue(failure(5, '2026-03-03T00:00:01Z'), now)).toBe(false)
    expect(isDue(failure(5, '2026-03-03T00:00:00Z'), now)).toBe(true)
    expect(isDue(failure(9, '2027-01-01T00:00:00Z'), now)).toBe(true)
  })
})
