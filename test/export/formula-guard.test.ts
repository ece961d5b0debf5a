import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { formulaGuard, undoPattern } from '../../src/export/tables/formula-guard.ts'

describe('A cell that would run as a formula', () => {
  const delimiters = [',', ';', '|', '\t']
  const part = fc.constantFrom(
    ';',
    ',',
    ';=',
    ',-',
    ";'",
    '; ',
    '=',
    '-1',
    '"',
    '\\',
    '\n',
    'x',
    'x'.repeat(70_000),
  )

  it('is escaped, and restored by the regular expression of the help, at any length', () => {
    const text = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, fc.constantFrom(...delimiters), (cell, delimiter) => {
        const { text: guard, json } = formulaGuard(delimiter)
        const foreign = delimiter === ';' ? ',' : delimiter === ',' ? ';' : ',;'
        const runs = new RegExp(`(?:^|[${foreign}])\\s*[=+\\-@]`)
        expect(runs.test(guard(cell))).toBe(false)
        expect(guard(cell).replaceAll(new RegExp(undoPattern(delimiter), 'g'), '$1')).toBe(cell)
        const value = { cell, list: [1, -2] }
        expect(JSON.parse(json(JSON.stringify(value)))).toEqual(value)
        expect(new RegExp(`[${foreign}]\\s*[=+@]`).test(json(JSON.stringify(value)))).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  it('may follow ten million escapes, as in the JSON of a long text', () => {
    const value = `${'\\'.repeat(10_000_000)};=1`
    const json = formulaGuard(',').json(JSON.stringify(value))
    expect(json.endsWith('\\u003b=1"')).toBe(true)
    expect(JSON.parse(json) === value).toBe(true)
  })

  it('may contain half a million formulas', () => {
    const cell = formulaGuard(',').text(';='.repeat(500_000))
    expect(cell === ";'=".repeat(500_000)).toBe(true)
  })
})
