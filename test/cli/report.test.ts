import { describe, expect, it } from 'vitest'

import { formatReport, reasonOf, ReportCollector, type ReportGroup } from '../../src/cli/terminal/report.ts'

const group = (reason: string, count: number, more: Partial<ReportGroup> = {}): ReportGroup => ({
  reason,
  count,
  examples: Array.from({ length: Math.min(count, 3) }, (_, i) => `${reason}_${i}`),
  hint: `repair ${reason}`,
  ...more,
})

describe('a report', () => {
  it('shows the largest group first, with its count, three examples and what to do', () => {
    expect(formatReport([group('rare', 1, { noun: 'file' }), group('frequent', 1500)])).toEqual([
      'frequent: 1,500 conversations',
      '  frequent_0',
      '  frequent_1',
      '  frequent_2',
      '  hint: repair frequent',
      'rare: 1 file',
      '  rare_0',
      '  hint: repair rare',
    ])
  })

  it('is empty if nothing is to report', () => {
    expect(formatReport([])).toEqual([])
  })

  it('shows fewer examples if the groups need the lines, and counts the groups that do not fit', () => {
    const six = Array.from({ length: 6 }, (_, i) => group(`reason${i}`, 9))
    expect(formatReport(six, { lines: 18 })).toHaveLength(18)
    expect(formatReport(six, { lines: 18 }).filter((line) => /_\d$/.test(line))).toHaveLength(6)

    const many = Array.from({ length: 300 }, (_, i) => group(`reason${i}`, 300 - i))
    const lines = formatReport(many)
    expect(lines.length).toBeLessThanOrEqual(30)
    expect(lines[0]).toBe('reason0: 300 conversations')
    expect(lines.at(-1)).toBe('and 291 more reasons (42,486 conversations): see --verbose')
  })

  it('names the sum of different things without a noun, and where the complete list is', () => {
    const groups = [group('a', 9), group('b', 2, { noun: 'file' }), group('c', 1)]
    expect(formatReport(groups, { lines: 4, more: 'see status --json' }).at(-1)).toBe(
      'and 2 more reasons (3 in all): see status --json',
    )
  })

  it('cuts a line that is too long or hostile, but never what to do', () => {
    const examples = [`conv_1: ${'x'.repeat(9000)}`, 'conv_2: \u001b[31mred\nnext']
    const lines = formatReport([group('long', 2, { examples, hint: 'y'.repeat(300) })], { width: 30 })
    expect(lines[1]).toBe(`  conv_1: ${'x'.repeat(19)}…`)
    expect(lines[2]).toBe('  conv_2: ␛[31mred next')
    expect(lines[3]).toHaveLength(308)
    expect(formatReport([group('long', 2, { examples })])[1]).toHaveLength(200)
  })
})

describe('a collector of a report', () => {
  it('counts everything and keeps three examples of each reason', () => {
    const collected = new ReportCollector()
    for (let i = 0; i < 10_000; i++) collected.add({ reason: i % 4 === 0 ? 'rare' : 'frequent' }, `conv_${i}`)
    expect(collected.count).toBe(10_000)
    expect(collected.groups()).toMatchObject([
      { reason: 'rare', count: 2500, examples: ['conv_0', 'conv_4', 'conv_8'] },
      { reason: 'frequent', count: 7500, examples: ['conv_1', 'conv_2', 'conv_3'] },
    ])
  })

  it('counts together what has one reason too many', () => {
    const collected = new ReportCollector()
    for (let i = 0; i < 5000; i++) collected.add({ reason: `reason ${i}` }, `conv_${i}`)
    expect(collected.groups()).toHaveLength(1001)
    expect(collected.groups().at(-1)).toMatchObject({ reason: 'other reasons', count: 4000 })
  })
})

describe('the reason in a message', () => {
  it.each([
    ['Timeout after 60.5 s', 'Timeout after … s'],
    ['HTTP 503: upstream req_8a7f failed', 'HTTP 503: upstream … failed'],
    ['The service failed (getHistory, 503)', 'The service failed (getHistory, 503)'],
    ['The API returns 404 for 3 of 9', 'The API returns 404 for … of …'],
    ['entry 17, msg_ab12: "hello" is not an object', 'entry … is not an object'],
    ['changed at 2026-11-22T08:17:10.123Z, not read', 'changed at …, not read'],
    ['connect ECONNREFUSED 127.0.0.1:443', 'connect ECONNREFUSED …'],
    ['0f8fad5b-d9cb-469f-a165-70867728950e is gone', '… is gone'],
    ['field created_at is not UTF-8', 'field created_at is not UTF-…'],
    ['nested too deeply for this format', 'nested too deeply for this format'],
  ])('%s', (message, reason) => expect(reasonOf(message)).toBe(reason))

  it('is the same for messages that differ only in ids and numbers', () => {
    const messages = Array.from({ length: 100 }, (_, i) => `conv_${i}x: read ${i * 977} of 1,000,000 bytes`)
    expect(new Set(messages.map(reasonOf)).size).toBe(1)
  })
})
