import { expect, it } from 'vitest'

import { formatDuration, secondsBetween } from '../../src/model/duration.ts'

it.each([
  [0, '0.0 s'],
  [1.84, '1.8 s'],
  [59.94, '59.9 s'],
  [59.95, '1 min 0 s'],
  [112.4, '1 min 52 s'],
  [3599.6, '1 h 0 min'],
  [11_100, '3 h 5 min'],
  [176_400, '2 d 1 h'],
])('A duration of %d s reads %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text)
})

it('The time between two times is in seconds, and unknown without an end', () => {
  expect(secondsBetween('2026-11-26T03:15:00.000Z', '2026-11-26T03:16:52.250Z')).toBe(112.25)
  expect(secondsBetween('2026-11-26T03:15:00.000Z', null)).toBeNull()
})
