import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  parseDate,
  cutTime,
  cutTimeUtc,
  instantOf,
  microsecondsOf,
  monthOf,
} from '../../src/model/instant.ts'

describe('A time of the API', () => {
  it.each([
    ['2026-11-22T08:17:10Z', '2026-11-22T08:17:10.000000Z'],
    ['2026-11-22T08:17:10.1Z', '2026-11-22T08:17:10.100000Z'],
    ['2026-11-22T08:17:10.123456789Z', '2026-11-22T08:17:10.123456Z'],
    ['2026-11-22 08:17:10', '2026-11-22T08:17:10.000000Z'],
    ['2026-12-01T00:30:00.5+01:00', '2026-11-30T23:30:00.500000Z'],
    ['2026-11-22T08:17:10-0330', '2026-11-22T11:47:10.000000Z'],
  ])('%s is %s', (text, instant) => {
    expect(instantOf(text)).toBe(instant)
  })

  it.each(['', 'now', '2026', '2026-02-30T00:00:00Z', '2026-13-01T00:00:00Z', '2026-11-22T25:00:00Z', '0'])(
    '%j is none',
    (text) => {
      expect(instantOf(text)).toBeUndefined()
    },
  )

  it.each(['0000-01-01T00:00:00+05:00', '9999-12-31T23:30:00-05:00'])(
    '%s is none, because its year in UTC has no four digits',
    (text) => {
      expect(instantOf(text)).toBeUndefined()
      expect(microsecondsOf(text)).toBeUndefined()
    },
  )

  it('is formatted for people in UTC, cut, whatever its zone', () => {
    for (const [text, day, minute, second] of [
      ['2026-11-22T08:17:59.999999Z', '2026-11-22', '2026-11-22 08:17 UTC', '2026-11-22 08:17:59 UTC'],
      ['2026-12-31T23:30:00-05:00', '2027-01-01', '2027-01-01 04:30 UTC', '2027-01-01 04:30:00 UTC'],
      ['2026-11-22 08:17:10', '2026-11-22', '2026-11-22 08:17 UTC', '2026-11-22 08:17:10 UTC'],
      ['some time in the long gone past', ...Array<string>(3).fill('some time in the long gone past')],
      ['', '', '', ''],
    ] as const) {
      expect(cutTime(text, 'day')).toBe(day)
      expect(cutTimeUtc(text, 'minute')).toBe(minute)
      expect(cutTimeUtc(text, 'second')).toBe(second)
    }
  })

  it('is converted to microseconds since 1970', () => {
    expect(microsecondsOf('1970-01-01T00:00:01.5Z')).toBe(1_500_000n)
    expect(microsecondsOf('2026-11-22T08:17:10.123456+01:00')).toBe(1_795_331_830_123_456n)
    expect(microsecondsOf('1969-12-31T23:59:59.999999Z')).toBe(-1n)
    expect(microsecondsOf('soon')).toBeUndefined()
  })

  it('sorts as text in order of time, whatever its zone', () => {
    const date = fc.date({
      min: new Date('1970-01-02'),
      max: new Date('2200-01-01'),
      noInvalidDate: true,
    })
    const written = fc.tuple(date, fc.integer({ min: -14 * 60, max: 14 * 60 }))
    fc.assert(
      fc.property(written, written, (a, b) => {
        const [left = '', right = ''] = [instantOf(inZone(...a)), instantOf(inZone(...b))]
        expect(left < right).toBe(a[0].getTime() < b[0].getTime())
      }),
    )
  })
})

describe('A date that a person types', () => {
  it.each([
    ['2026', '2026-01-01T00:00:00.000000Z'],
    ['2026-11', '2026-11-01T00:00:00.000000Z'],
    ['2026-11-22', '2026-11-22T00:00:00.000000Z'],
    ['2026-11-22T08:17', '2026-11-22T08:17:00.000000Z'],
    ['2026-11-22T08:17+01:00', '2026-11-22T07:17:00.000000Z'],
    ['2026-11-22T08:17:10.5Z', '2026-11-22T08:17:10.500000Z'],
  ])('%s begins at %s', (text, instant) => {
    expect(parseDate(text)).toBe(instant)
  })

  it.each(['yesterday', '2026-00', '2026-02-30', '22.11.2026', '2026-11-22T', '2026-11-22T08'])(
    '%j is none',
    (text) => {
      expect(parseDate(text)).toBeUndefined()
    },
  )

  it('belongs to a month', () => {
    expect(monthOf(instantOf('2026-12-01T00:30:00+01:00') ?? '')).toBe('2026-11')
  })
})

function inZone(date: Date, minutes: number): string {
  const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1)
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `${local}${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`
}
