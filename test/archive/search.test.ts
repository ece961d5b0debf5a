import { describe, expect, it } from 'vitest'

import { emptyArchive, type Archive } from '../../src/archive/archive.ts'
import type { Selection } from '../../src/archive/content/selection.ts'
import { beginRun } from '../support/archives.ts'

const AT = '2026-11-22T00:00:00.000Z'

/** Stores conversations (texts by id, rows by name) in one run. */
function store(archive: Archive, conversations: Record<string, readonly string[]>, members = ''): void {
  const run = beginRun(archive, AT)
  for (const [id, texts] of Object.entries(conversations)) {
    const entries = texts.map((text) =>
      JSON.stringify({ type: 'message.input', created_at: AT, content: text }),
    )
    const row = `{"id":"${id}","name":"about ${id}"${members}}`
    const history = { envelope: '{"entries":[]}', entries }
    archive.conversations.store({ id, row, history, messages: undefined, fetchedAt: AT }, run, AT)
  }
}

function fill(archive: Archive): void {
  while (archive.transaction(() => archive.searchIndex.addSome()));
}

function archiveOf(conversations: Record<string, readonly string[]>): Archive {
  const archive = emptyArchive()
  store(archive, conversations)
  fill(archive)
  return archive
}

const found = (archive: Archive, text: string, selection?: Selection) =>
  [...archive.search.find(text, selection)].map(({ id }) => id)

const matched = (archive: Archive, ...match: string[]) => [...archive.conversations.ids({ match })]

describe('Searching', () => {
  const archive = archiveOf({
    rivers: ['Why do rivers bend?', 'The outer bank erodes.', 'And a delta?'],
    fork: ['Why do rivers bend?', 'The inner bank silts up.'],
    seas: ['How deep is the sea?', 'River deltas end there: the sea the sea.'],
  })

  it('finds words in different entries of a conversation', () => {
    expect(found(archive, 'rivers delta')).toEqual(['rivers'])
    expect(matched(archive, 'rivers delta')).toEqual(['rivers'])
    expect(matched(archive, 'rivers', 'bank')).toEqual(['fork', 'rivers'])
    expect(matched(archive, 'rivers sea')).toEqual([])
  })

  it('finds phrases and prefixes', () => {
    expect(matched(archive, '"outer bank"')).toEqual(['rivers'])
    expect(matched(archive, '"bank outer"')).toEqual([])
    expect(matched(archive, 'delta*')).toEqual(['rivers', 'seas'])
    expect(matched(archive, '"inner ba"*')).toEqual(['fork'])
  })

  it('excludes conversations with an unwanted word', () => {
    expect(matched(archive, 'bend -inner')).toEqual(['rivers'])
    expect(found(archive, 'bend -"inner bank"')).toEqual(['rivers'])
  })

  it('finds a shared entry in each fork', () => {
    expect(matched(archive, 'bend')).toEqual(['fork', 'rivers'])
  })

  it('shows the best entry and its position', () => {
    expect([...archive.search.find('sea river')]).toEqual([
      {
        id: 'seas',
        name: 'about seas',
        position: 1,
        createdAt: AT,
        title: 'about seas',
        matchingEntries: 2,
        goneAt: null,
        snippet: {
          text: 'River deltas end there: the sea the sea.',
          marks: [
            [0, 5],
            [28, 31],
            [36, 39],
          ],
        },
      },
    ])
  })

  it('finds a conversation by its name', () => {
    expect([...archive.search.find('"about fork"')]).toMatchObject([
      { id: 'fork', position: null, matchingEntries: 0 },
    ])
  })

  it('searches only the selection, up to its limit', () => {
    expect(found(archive, 'bend', { ids: ['fork'] })).toEqual(['fork'])
    expect(found(archive, 'bank', { match: ['outer'] })).toEqual(['rivers'])
    expect(found(archive, 'bank', { limit: 1 })).toHaveLength(1)
  })

  it('counts what it would find without a limit', () => {
    for (const text of ['bend', 'bank', 'bend -inner', '"about fork"', 'nowhere']) {
      expect(archive.search.count(text, { limit: 1 })).toBe(found(archive, text).length)
    }
    expect(archive.search.count('bend', { ids: ['fork'] })).toBe(1)
  })

  it('finds words in every script as a reader sees them', () => {
    const tongues = archiveOf({
      ar: ['النيل، على الأرجح. مَدْرَسَة'],
      zh: ['长江是亚洲最长的河'],
      ja: ['最長の川はナイル川です。GPT模型4'],
      ko: ['한강도 있습니다'],
      th: ['แม่น้ำเจ้าพระยา'],
      hi: ['नदी लंबी है'],
      el: ['Ο ΠΟΤΑΜΟΣ'],
      emoji: ['flood 🌊🌊 👍🏽'],
      nfd: ['un cafe\u0301'],
    })
    const places: Record<string, readonly string[]> = {
      ar: ['النيل', 'مدرسة', 'الارجح'],
      zh: ['亚洲', '河', '长江', '最长的河'],
      ja: ['ナイル', '川', 'gpt', '模型', 'ﾅｲﾙ川'],
      ko: ['한강', '한강'.normalize('NFD'), '있'],
      th: ['แม่น้ำ', 'เจ้าพระยา'],
      hi: ['नदी'],
      el: ['ποταμός', 'ποταμοσ'],
      emoji: ['🌊', '👍'],
      nfd: ['café', 'CAFE', 'caf*'],
    }
    for (const [id, texts] of Object.entries(places))
      for (const text of texts) expect({ text, found: found(tongues, text) }).toEqual({ text, found: [id] })
    expect(found(tongues, '长河')).toEqual([])
    expect(found(tongues, 'नद')).toEqual([])
  })
})

describe('The search index', () => {
  it('knows what is not indexed yet, and adds only that', () => {
    const archive = archiveOf({ one: ['a river'], two: ['a sea'] })
    expect(archive.searchIndex.state()).toEqual({ isMissing: false, waiting: 0 })
    store(archive, { one: ['a river', 'and a delta'], three: ['a delta'] })
    expect(archive.searchIndex.state()).toEqual({ isMissing: false, waiting: 2 })
    expect(matched(archive, 'delta')).toEqual([])
    fill(archive)
    expect(archive.searchIndex.state()).toEqual({ isMissing: false, waiting: 0 })
    expect(matched(archive, 'delta')).toEqual(['one', 'three'])
    fill(archive)
    expect(matched(archive, 'river')).toEqual(['one'])
  })

  it('no longer finds a removed entry, unless another conversation contains it', () => {
    const archive = archiveOf({ one: ['a river', 'a delta'], two: ['a river', 'a delta'] })
    store(archive, { one: ['a river'] }, ',"description":"changed"')
    fill(archive)
    expect(matched(archive, 'delta')).toEqual(['two'])
    expect(matched(archive, 'changed')).toEqual(['one'])
    store(archive, { one: ['a river', 'a delta'] }, ',"description":"back"')
    fill(archive)
    expect(matched(archive, 'delta')).toEqual(['one', 'two'])
    expect(matched(archive, 'changed')).toEqual([])
  })

  it('reports that it was never filled, instead of finding nothing', () => {
    const archive = emptyArchive()
    expect(found(archive, 'river')).toEqual([])
    store(archive, { one: ['a river'] })
    expect(() => found(archive, 'river')).toThrow('The archive has no search index yet')
    expect(() => matched(archive, 'river')).toThrow('The archive has no search index yet')
  })

  it('is filled in batches, and is sound after each', () => {
    const archive = emptyArchive()
    const long = 'river '.repeat(200_000)
    store(archive, {
      a: [`1 ${long}`, `2 ${long}`],
      b: [`3 ${long}`, `4 ${long}`],
      c: [`5 ${long}`, 'delta'],
    })
    let batches = 1
    while (archive.transaction(() => archive.searchIndex.addSome(1_000_000))) batches++
    expect(batches).toBeGreaterThan(1)
    expect(matched(archive, 'river')).toEqual(['a', 'b', 'c'])
    expect(matched(archive, 'delta')).toEqual(['c'])
  })
})
