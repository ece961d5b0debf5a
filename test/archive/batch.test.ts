import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

import { Archive, openArchive } from '../../src/archive/archive.ts'
import { openSqlite } from '../../src/archive/sqlite/sqlite.ts'
import { testFolder } from '../support/folder.ts'
import { openOnSmallDisk } from '../support/small-disk.ts'

const newPath = () => join(testFolder(), 'archive.db')

describe('A full disk', () => {
  it('keeps earlier work, and reports what was rolled back', () => {
    const path = newPath()
    const store = openOnSmallDisk(path, 6)
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
      // What was lost has been reported.
    }
    store.close()
    expect(failed.size).toBeGreaterThan(0)
    const db = openSqlite(path, 'read')
    const stored = db.pluck.all("select json ->> '$.n' from entry order by 1")
    db.close()
    expect(stored).toEqual([...done])
  })
})

describe('The last work of a batch', () => {
  it('is committed by a timer', async () => {
    const path = newPath()
    const store = openArchive(path, { mode: 'create' })
    onTestFinished(() => store.close())
    store.soon(() => store.histories.store(['{"lonely":true}']))
    const reader = openSqlite(path, 'read')
    onTestFinished(() => void reader.close())
    await expect.poll(() => reader.pluck.all('select json from entry')).toEqual(['{"lonely":true}'])
  })
})

describe('Work in a batch', () => {
  const texts = (path: string) => {
    const db = openSqlite(path, 'read')
    try {
      return db.pluck.all('select json from entry order by id')
    } finally {
      db.close()
    }
  }

  /** An archive, and its entries as another process sees them. */
  function newArchive() {
    const path = newPath()
    openArchive(path, { mode: 'create' }).close()
    const db = openSqlite(path, 'write')
    db.pragma('foreign_keys = on')
    const archive = new Archive(db, path)
    onTestFinished(() => archive.close())
    const store = (text: string) => () => archive.histories.store([text]).length
    /** Fails only at the commit. */
    const storeTooMuch = () => {
      db.pragma('defer_foreign_keys = on')
      archive.events.add({ kind: 'gone', detail: 'of a run that is not there' }, 99, '2026')
    }
    return { archive, store, storeTooMuch, seen: () => texts(path) }
  }

  it('becomes visible to others all at once, by a flush', () => {
    const { archive, store, seen } = newArchive()
    const lost: unknown[] = []
    archive.soon(store('1'), (result) => lost.push(result))
    archive.soon(store('2'), (result) => lost.push(result))
    expect(seen()).toEqual([])
    archive.flush()
    expect(seen()).toEqual(['1', '2'])
    archive.flush()
    expect(lost).toEqual([])
  })

  it('is committed before a transaction, and when the archive is closed', () => {
    const { archive, store, seen } = newArchive()
    archive.soon(store('1'))
    archive.transaction(store('2'))
    expect(seen()).toEqual(['1', '2'])
    archive.soon(store('3'))
    archive.checkpoint()
    expect(seen()).toEqual(['1', '2', '3'])
  })

  it('is kept when other work in the batch fails', () => {
    const { archive, store, seen } = newArchive()
    const lost: unknown[] = []
    archive.soon(store('1'), (result) => lost.push(result))
    expect(() =>
      archive.soon(() => {
        store('2')()
        throw new Error('changed its mind')
      }),
    ).toThrow('changed its mind')
    archive.soon(store('3'))
    archive.flush()
    expect(seen()).toEqual(['1', '3'])
    expect(lost).toEqual([])
  })

  it('reads back what it stored before it is done again, and not otherwise', () => {
    const { archive, seen } = newArchive()
    let text: string | undefined = '1'
    let tip = 0
    const work = () => {
      tip = archive.histories.store([text ?? 'nothing']).tip
      text = undefined
    }
    const recall = () => {
      text = [...archive.histories.read(tip)].join('')
    }
    archive.soon(work, undefined, recall)
    const fail = () => {
      throw new Error('changed its mind')
    }
    expect(() => archive.soon(fail)).toThrow('changed its mind')
    expect(text).toBeUndefined()
    expect(() => archive.soon(fail)).toThrow('changed its mind')
    archive.flush()
    expect(seen()).toEqual(['1'])
    expect(() => archive.soon(fail)).toThrow('changed its mind')
    expect([text, seen()]).toEqual([undefined, ['1']])
  })

  it('is lost, and each caller is told once, if it cannot be done again after other work failed', () => {
    const { archive, store, seen } = newArchive()
    const lost: unknown[] = []
    let times = 0
    archive.soon(store('1'), (result) => lost.push(['first', result]))
    const onlyOnce = () => {
      if (times++ > 0) throw new Error('not again')
      return store('2')()
    }
    archive.soon(onlyOnce, (result) => lost.push(['second', result]))
    const fail = () => {
      throw new Error('changed its mind')
    }
    expect(() => archive.soon(fail)).toThrow('changed its mind')
    expect(lost).toEqual([
      ['first', 1],
      ['second', 1],
    ])
    archive.soon(store('3'))
    archive.flush()
    expect(seen()).toEqual(['3'])
    expect(lost).toHaveLength(2)
  })

  it('is rolled back as a whole when the commit fails, and each caller is told once', () => {
    const { archive, store, storeTooMuch, seen } = newArchive()
    const lost: unknown[] = []
    archive.soon(store('1'), (result) => lost.push(['first', result]))
    archive.soon(storeTooMuch, () => lost.push('second'))
    archive.soon(store('that nobody counts'))
    expect(() => archive.flush()).toThrow('FOREIGN KEY')
    expect(lost).toEqual([['first', 1], 'second'])
    expect(seen()).toEqual([])

    archive.soon(store('2'), () => lost.push('third'))
    archive.flush()
    expect(seen()).toEqual(['2'])
    expect(lost).toHaveLength(2)
  })

  it('throws the error of a commit by timer once, to the next caller', async () => {
    for (const ask of ['soon', 'flush'] as const) {
      const { archive, store, storeTooMuch, seen } = newArchive()
      const lost: string[] = []
      archive.soon(storeTooMuch, () => lost.push('lost'))
      await expect.poll(() => lost).toEqual(['lost'])
      expect(() => (ask === 'soon' ? archive.soon(store('1')) : archive.flush())).toThrow('FOREIGN KEY')
      archive.soon(store('2'))
      archive.flush()
      expect(seen()).toEqual(['2'])
    }
  })

  it('is committed in time, however busy the archive is', () => {
    const { archive, store, seen } = newArchive()
    const began = performance.now()
    for (let n = 0; performance.now() - began < 400; n++) archive.soon(store(String(n)))
    expect(seen().length).toBeGreaterThan(0)
  })
})
