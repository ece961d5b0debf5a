import fc from 'fast-check'
import { expect, it } from 'vitest'

import { formatMegabytes, formatNumber } from '../../src/model/plural.ts'

it('A number has a comma between thousands, as the English locale writes it', () => {
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.double({ noNaN: true })), (number) => {
      if (Object.is(number, -0)) return
      expect(formatNumber(number)).toBe(number.toLocaleString('en'))
    }),
  )
})

it.each([
  [0, '0.0 MB'],
  [49_999, '0.0 MB'],
  [50_000, '0.1 MB'],
  [13_660_000, '13.7 MB'],
  [1_234_960_000, '1,235.0 MB'],
])('%i bytes are shown in millions', (bytes, shown) => {
  expect(formatMegabytes(bytes)).toBe(shown)
})
