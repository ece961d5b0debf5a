import { describe, expect, it } from 'vitest'

import type { Loss } from '../../../src/replay/loss.ts'
import { compareCopy } from '../../../src/replay/verify/certify.ts'
import { asks, call, result } from '../../support/declared-loss.ts'

const tool = (name: unknown) => ({ type: 'function', function: { name, parameters: {} } })

/** The loss of a name, in an entry or, without a position, in a tool. */
const renamed = (from: string, to: string, position: number | null, tool = 0): Loss => ({
  ...{ kind: 'function-renamed', position, id: null },
  path: position === null ? `tools[${tool}].function.name` : 'name',
  ...{ before: JSON.stringify(from), after: JSON.stringify(to) },
})

/** Compares a copy with the given names of tools and calls: those of the source and those that are sent. */
function compared(tools: readonly string[][], calls: readonly string[][], isOfAgent = false) {
  const side = (names: readonly string[][], i: 0 | 1) => names.map((name) => name[i])
  const entries = (i: 0 | 1) => [
    asks('Hi'),
    ...side(calls, i).flatMap((name, at) => [call(`xxxxxxxx${at}`, name), result(`xxxxxxxx${at}`)]),
  ]
  const losses = [
    ...calls.flatMap(([from = '', to = ''], i) => (from === to ? [] : [renamed(from, to, 1 + 2 * i)])),
    ...tools.flatMap(([from = '', to = ''], i) => (from === to ? [] : [renamed(from, to, null, i)])),
  ]
  const own = { tools: side(tools, 0).map(tool) }
  const asModel: Loss = {
    ...{ kind: 'agent-as-model', position: null, id: null, path: 'agent_id' },
    ...{ before: '{"agent_id":"ag_1"}', after: '"m"' },
  }
  const source = {
    row: JSON.stringify(isOfAgent ? { agent_id: 'ag_1' } : { model: 'm', ...own }),
    agent: isOfAgent ? JSON.stringify(own) : undefined,
    entries: entries(0).map((each) => JSON.stringify(each)),
  }
  const row = { model: 'm', tools: side(tools, 1).map(tool), metadata: { hansard_replay: 's' } }
  const { differences } = compareCopy(
    { mode: 'history', stamp: 's', losses: isOfAgent ? [asModel, ...losses] : losses, source },
    { row: JSON.stringify(row), entries: entries(1).map((each) => JSON.stringify(each)) },
  )
  return differences.map(({ position, kind, path, expected, found }) => [
    position,
    kind,
    path,
    expected,
    found,
  ])
}

describe('The functions of a copy', () => {
  it('may get other names, each the same everywhere', () => {
    for (const isOfAgent of [false, true]) {
      expect(
        compared(
          [
            ['a.b', 'a_b'],
            ['c', 'c'],
          ],
          [
            ['a.b', 'a_b'],
            ['c', 'c'],
            ['a.b', 'a_b'],
          ],
          isOfAgent,
        ),
      ).toEqual([])
    }
  })

  it('may not have two names', () => {
    expect(
      compared(
        [],
        [
          ['a.b', 'a_b'],
          ['a.b', 'ab'],
        ],
      ),
    ).toEqual([[3, 'apart', 'name', 'a.b', 'ab']])
    for (const isOfAgent of [false, true])
      expect(compared([['a.b', 'ab']], [['a.b', 'a_b']], isOfAgent)).toEqual([
        [null, 'apart', 'name', 'a.b', 'ab'],
      ])
  })

  it('may not share a name', () => {
    expect(
      compared(
        [],
        [
          ['a.b', 'ab'],
          ['a/b', 'ab'],
        ],
      ),
    ).toEqual([[3, 'apart', 'name', 'a/b', 'ab']])
    expect(
      compared(
        [
          ['a.b', 'ab'],
          ['ab', 'ab'],
        ],
        [],
      ),
    ).toEqual([[null, 'apart', 'name', 'ab', 'ab']])
  })
})
