import { describe, expect, it } from 'vitest'

import { compareContent } from '../../src/backup/compare-content.ts'

const archived = (row: string, ...entries: string[]) => ({ row, entries: () => entries })
const live = (row: string, ...entries: string[]) => ({ row, entries })

describe('An archived conversation and the one in the account', () => {
  it('are equal if they differ only in form, or in what the API sometimes omits', () => {
    const before = archived(
      '{"id":"c","name":"é","metadata":{"a":1}}',
      '{"completed_at":"2026","content":"a"}',
    )
    const after = live('{"name":"\\u00e9","id":"c"}', '{"content":"a","completed_at":null}')
    expect(compareContent(before, after)).toBeUndefined()
    expect(compareContent(archived('{}'), live('{}'))).toBeUndefined()
  })

  it('differ only by growth if all earlier entries are the same', () => {
    const before = archived('{"updated_at":"1"}', '{"n":1}')
    expect(compareContent(before, live('{"updated_at":"2"}', '{"n":1}', '{"n":2}'))).toEqual({
      entriesAdded: 1,
      detail: 'grew by 1 entry',
    })
    const renamed = live('{"updated_at":"2","name":"b"}', '{"n":1}', '{"n":2}')
    expect(compareContent(before, renamed)).toEqual({ detail: 'differs in name' })
    expect(compareContent(archived('{"updated_at":"1"}'), live('{"updated_at":"2"}'))).toEqual({
      detail: 'differs in updated_at',
    })
  })

  it('differ at the first entry that changed or is missing, however much was added', () => {
    const before = archived('{}', '{"n":1}', '{"n":2}')
    expect(compareContent(before, live('{}', '{"n":1}', '{"n":3}', '{"n":4}'))).toMatchObject({ position: 1 })
    expect(compareContent(before, live('{}', '{"n":1}'))).toEqual({
      position: 1,
      detail: 'entry 1 is no longer there',
    })
  })

  it('differ in the keys of their rows whose values changed', () => {
    const before = archived('{"name":"a","model":"m","metadata":{"a":1},"old":1}', '{"n":1}')
    const after = live('{"name":"b","model":"m","new":null}', '{"n":1}')
    expect(compareContent(before, after)).toEqual({ detail: 'differs in name, old, new' })
  })
})
