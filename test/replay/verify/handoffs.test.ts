import { describe, expect, it } from 'vitest'

import { compareCopy } from '../../../src/replay/verify/certify.ts'

const captured = {
  ...{ type: 'agent.handoff', id: 'h', object: 'conversation.entry' },
  ...{ agent_id: 'ag_1', agent_name: 'websearch-agent' },
}
const specified = {
  ...{ type: 'agent.handoff', id: 'h', agent_id: 'ag_0' },
  ...{
    previous_agent_id: 'ag_1',
    previous_agent_name: 'desk',
    next_agent_id: 'ag_2',
    next_agent_name: 'gauge',
  },
}
const numbered = { type: 'agent.handoff', id: 'h', next_agent_name: 7 }

/** Certifies a copy with a handoff sent as this text. */
function differencesOf(handoff: object, words: string): string[] {
  const noted = { type: 'message.output', role: 'assistant', content: words }
  const before = JSON.stringify(handoff)
  const { differences } = compareCopy(
    {
      mode: 'history',
      stamp: 's',
      losses: [
        {
          kind: 'handoff-noted',
          position: 0,
          id: 'h',
          path: '',
          before,
          after: `[${JSON.stringify(noted)}]`,
        },
      ],
      source: { row: '{"model":"m"}', entries: [before] },
    },
    { row: '{"model":"m"}', entries: [JSON.stringify(noted)] },
  )
  return differences.map(({ detail }) => detail)
}

describe('A handoff that is sent as text', () => {
  it.each([
    [captured, '[handoff: → websearch-agent (ag_1)]'],
    [specified, '[handoff: desk (ag_1) → gauge (ag_2)]'],
    [numbered, '[handoff: → 7]'],
  ])('names the agents, whatever its form: %j', (handoff, words) => {
    expect(differencesOf(handoff, words)).toEqual([])
  })

  it.each([
    [captured, '[handoff: an agent to an agent]'],
    [captured, '[handoff: → websearch-agent]'],
    [specified, '[handoff: desk (ag_1) → (ag_2)]'],
    [specified, '[handoff: → gauge (ag_2)]'],
    [numbered, '[handoff]'],
  ])('is not certified without them: %j as %s', (handoff, words) => {
    expect(differencesOf(handoff, words)).toEqual([expect.stringContaining('the text leaves words out')])
  })
})
