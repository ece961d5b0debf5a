import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

import { openArchive } from '../../src/archive/archive.ts'
import { testFolder } from '../support/folder.ts'
import { makeSoundArchive } from '../support/sound-archive.ts'

function soundArchive() {
  const path = join(testFolder(), 'archive.db')
  makeSoundArchive(path)
  const archive = openArchive(path, { mode: 'write' })
  onTestFinished(() => archive.close())
  return archive
}

describe('The rows of a listing', () => {
  it('are recorded once, with the last position that was set', () => {
    const seen = soundArchive().seenRows()
    expect([seen.note('a'), seen.note('b'), seen.note('a')]).toEqual([true, true, false])
    expect(seen.rankOf('a')).toBeUndefined()
    seen.place('a', 0)
    seen.place('c', 1)
    seen.place('a', 2)
    expect(['a', 'b', 'c', 'd'].map((id) => seen.rankOf(id))).toEqual([2, undefined, 1, undefined])
    expect(seen.note('c')).toBe(false)
  })

  it('stay recorded when their positions are cleared', () => {
    const seen = soundArchive().seenRows()
    for (const [rank, id] of ['a', 'b'].entries()) {
      seen.note(id)
      seen.place(id, rank)
    }
    seen.forgetPlaces()
    expect(['a', 'b'].map((id) => seen.rankOf(id))).toEqual([undefined, undefined])
    expect([seen.note('a'), seen.note('b')]).toEqual([false, false])
    seen.place('b', 0)
    expect(seen.rankOf('b')).toBe(0)
  })

  it('show which conversations were not listed and are not marked gone', () => {
    const archive = soundArchive()
    archive.conversations.markGone('conv_fork', '2026')
    const seen = archive.seenRows()
    seen.note('conv_river')
    expect(seen.notSeen().sort()).toEqual(['conv_other', 'conv_tongues'])
  })

  it('show which unresolved rows without an id did not occur again', () => {
    const archive = soundArchive()
    const fail = (conversation: string, step: 'row' | 'history') =>
      archive.failures.record({ conversation, step, code: 'c', message: 'm' }, 1, '2026')
    for (const id of ['row-1', 'row-2', 'row-3']) fail(id, 'row')
    fail('conv_river', 'history')
    archive.failures.resolve('row-3', '2026')
    const seen = archive.seenRows()
    seen.note('row-1')
    expect(seen.failedRowsNotSeen()).toEqual(['row-2'])
  })

  it('are cleared by the next listing', () => {
    const archive = soundArchive()
    archive.seenRows().note('a')
    expect(archive.seenRows().note('a')).toBe(true)
  })
})
