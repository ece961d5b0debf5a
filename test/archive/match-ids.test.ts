import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { matchIds } from '../../src/archive/content/match-ids.ts'
import { openSqlite } from '../../src/archive/sqlite/sqlite.ts'
import { archiveOf } from '../support/archives.ts'

const ids = [
  'conv_01ab0000',
  'conv_01ab1111',
  'conv_01ab',
  'conv_02cd0000',
  'conv_1',
  'november',
  'conv_é1234',
]

const { conversations } = archiveOf(ids.map((id) => ({ row: { id } })))

describe('An id', () => {
  it.each([
    ['conv_02cd0000', 'conv_02cd0000'],
    ['conv_02cd', 'conv_02cd0000'],
    ['02cd', 'conv_02cd0000'],
    ['02cd0000', 'conv_02cd0000'],
    ['conv_01ab1', 'conv_01ab1111'],
    ['nove', 'november'],
    ['conv_é123', 'conv_é1234'],
  ])('%s names %s', (text, id) => {
    expect(conversations.resolve(text)).toEqual({ count: 1, ids: [id] })
  })

  it('that is complete names itself, although others begin with it', () => {
    expect(conversations.resolve('conv_01ab')).toEqual({ count: 1, ids: ['conv_01ab'] })
    expect(conversations.resolve('conv_1')).toEqual({ count: 1, ids: ['conv_1'] })
  })

  it('that is the beginning of several names none; the first three are told', () => {
    expect(conversations.resolve('01ab')).toEqual({ count: 3, ids: ids.slice(0, 3).sort() })
  })

  it.each([
    '',
    'c',
    'conv',
    'conv_',
    'conv_01a',
    '02c',
    'conv_99',
    'CONV_02CD',
    'conv_02cd00000',
    '%',
    '____',
  ])('%j names none: it is unknown or shorter than four characters', (text) => {
    expect(conversations.resolve(text)).toEqual({ count: 0, ids: [] })
  })

  it('is found as the only one that begins with a text, whatever the ids', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\u{10fffe}'), minLength: 5, maxLength: 9 }),
          { minLength: 1 },
        ),
        (all) => {
          const made = archiveOf(all.map((id) => ({ row: { id } }))).conversations
          for (const id of all) {
            const text = [...id].slice(0, 5).join('')
            const found = all.includes(text) ? [text] : all.filter((each) => each.startsWith(text))
            expect(made.resolve(text).count).toBe(found.length)
          }
        },
      ),
      { numRuns: 30 },
    )
  })

  it('is searched in a range of the index', () => {
    const db = openSqlite(':memory:', 'write')
    db.exec('create table t (id text not null unique)')
    const plans: string[] = []
    const get = <Row>(sql: string, ...values: readonly unknown[]) => {
      plans.push(JSON.stringify(db.all(`explain query plan ${sql}`, ...values)))
      return db.pluck.get<Row>(sql, ...values)
    }
    matchIds({ ...db, pluck: { ...db.pluck, get } }, 't', 'conv_01ab')
    expect(plans).toHaveLength(2)
    for (const plan of plans) expect(plan).toContain('SEARCH t USING COVERING INDEX')
  })
})
