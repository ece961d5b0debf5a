import { describe, expect, it } from 'vitest'

import { backoffMs, dateOf, formatWait, retryAfterMs } from '../../src/api/retry-timing.ts'

const now = new Date('2026-01-01T00:00:00Z')

describe('Retry-After', () => {
  it.each([
    ['seconds', { 'retry-after': '3' }, 3000],
    ['seconds with a fraction', { 'retry-after': '0.5' }, 500],
    ['a date', { 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' }, 5000],
    [
      'a date beside the date of a service whose clock is wrong',
      { 'retry-after': 'Wed, 01 Jan 2020 00:00:09 GMT', date: 'Wed, 01 Jan 2020 00:00:02 GMT' },
      7000,
    ],
    ['a date that is over', { 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
    ['nothing', {}, undefined],
    ['less than nothing', { 'retry-after': '-5' }, undefined],
    ['words', { 'retry-after': 'soon' }, undefined],
  ])('may be %s', (_, headers, wait) => {
    expect(retryAfterMs(headers, now)).toBe(wait)
  })
})

it('The wait between attempts doubles up to 30 s, with full jitter', () => {
  expect([1, 2, 3, 7, 50].map((failures) => backoffMs(failures, () => 1))).toEqual([
    500, 1000, 2000, 30_000, 30_000,
  ])
  expect(backoffMs(3, () => 0)).toBe(0)
})

it('An invalid date is not parsed', () => {
  expect(dateOf('')).toBeUndefined()
  expect(dateOf('Thu, 99 Jan 2026 00:00:00 GMT')).toBeUndefined()
})

it('A wait is shown in seconds, minutes or hours', () => {
  expect([900, 119_000, 121_000, 7_300_000].map(formatWait)).toEqual(['1 s', '119 s', '3 min', '3 h'])
})
