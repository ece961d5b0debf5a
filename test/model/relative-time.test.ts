import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { formatAge, formatWhen, parseAge, parseDateNear } from '../../src/model/relative-time.ts'

const now = new Date('2026-11-25T12:30:00Z')

describe('A date on the command line', () => {
  it.each([
    ['3d', '2026-11-22T12:30:00.000000Z'],
    ['1 day', '2026-11-24T12:30:00.000000Z'],
    ['36h', '2026-11-24T00:30:00.000000Z'],
    ['90 min', '2026-11-25T11:00:00.000000Z'],
    ['2 weeks', '2026-11-11T12:30:00.000000Z'],
    ['2 weeks ago', '2026-11-11T12:30:00.000000Z'],
    ['1w', '2026-11-18T12:30:00.000000Z'],
    ['1 month', '2026-10-25T12:30:00.000000Z'],
    ['2 Years', '2024-11-25T12:30:00.000000Z'],
    ['today', '2026-11-25T00:00:00.000000Z'],
    ['Yesterday', '2026-11-24T00:00:00.000000Z'],
    ['2026', '2026-01-01T00:00:00.000000Z'],
    ['2026-11', '2026-11-01T00:00:00.000000Z'],
    [' 2026-11-22 ', '2026-11-22T00:00:00.000000Z'],
    ['2026-11-22T08:17', '2026-11-22T08:17:00.000000Z'],
    ['2026-11-22 08:17:10', '2026-11-22T08:17:10.000000Z'],
    ['2026-11-22T08:17+01:00', '2026-11-22T07:17:00.000000Z'],
  ])('%s is %s', (text, instant) => {
    expect(parseDateNear(text, now)).toBe(instant)
  })

  it('keeps the last day of the month where a month has fewer days', () => {
    expect(parseDateNear('1 month', new Date('2026-03-31T08:00:00Z'))).toBe('2026-02-28T08:00:00.000000Z')
    expect(parseDateNear('1 year', new Date('2024-02-29T08:00:00Z'))).toBe('2023-02-28T08:00:00.000000Z')
  })

  it.each([
    '',
    '3',
    '3m',
    '-3d',
    '3 fortnights',
    'd',
    'tomorrow',
    'last week',
    '9999y',
    '999999 weeks',
    '2026-13',
    '11/22/2026',
  ])('is not %j', (text) => {
    expect(parseDateNear(text, now)).toBeUndefined()
  })

  it('never fails, whatever the text', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseDateNear(text, now)))
  })
})

it('An age is not a date', () => {
  expect(parseAge('3d', now)).toBe('2026-11-22T12:30:00.000000Z')
  expect(parseAge('2026-11-22', now)).toBeUndefined()
  expect(parseAge('yesterday', now)).toBeUndefined()
})

describe('A time for people', () => {
  it.each([
    ['2026-11-25T12:29:30Z', 'just now'],
    ['2026-11-25T12:30:20Z', 'just now'],
    ['2026-11-25T12:29:00Z', '1 min ago'],
    ['2026-11-25T10:00:00Z', '2 h ago'],
    ['2026-11-24T12:00:00Z', '1 day ago'],
    ['2026-11-12T12:00:00Z', '13 days ago'],
    ['2026-11-10T12:00:00Z', '2 weeks ago'],
    ['2026-09-25T12:00:00Z', '2 months ago'],
    ['2025-06-16T12:00:00Z', '17 months ago'],
    ['2020-01-01T00:00:00Z', '6 years ago'],
    ['2026-11-25T15:00:00Z', 'in 2 h'],
    ['soon', 'soon'],
  ])('says that %s is %s', (time, said) => {
    expect(formatAge(time, now)).toBe(said)
  })

  it('names the zone beside the absolute time', () => {
    expect(formatWhen('2026-11-25T11:30:00+01:00', now)).toBe('2026-11-25 10:30 UTC (2 h ago)')
    expect(formatWhen('soon', now)).toBe('soon')
  })
})
