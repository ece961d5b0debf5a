import { expect, it } from 'vitest'

import { formatPlanned } from '../../src/cli/terminal/plan-table.ts'
import type { PlannedConversation } from '../../src/replay/plan/plan.ts'

const blocked: PlannedConversation = {
  id: 'conv_0684fd306df172f2800051d4f82d4a8b',
  name: 'Why rivers bend, and why they do not bend back',
  revision: '0'.repeat(64),
  stamp: '0'.repeat(64),
  state: 'blocked',
  blocks: [
    {
      kind: 'agent',
      subject: 'ag_019c8f19aaaa7bbb8ccc0ddd1eee2fff',
      reason: 'the agent ag_019c8f19aaaa7bbb8ccc0ddd1eee2fff is not mapped to one in the target account',
      hint: 'Name one with --map-agent ag_019c8f19aaaa7bbb8ccc0ddd1eee2fff=ID.',
    },
  ],
  losses: [],
  warnings: [],
  secrets: [],
  calls: [],
  estimate: { calls: 0, tokensIn: 0, tokensOut: 0, cost: null },
}

it('A plan on a narrow terminal cuts the line of a conversation, but never the advice', () => {
  const [head = '', reason, hint] = formatPlanned(blocked, { width: 50, everyLoss: false })
  expect(head).toHaveLength(50)
  expect(reason).toBe(
    '  blocked: the agent ag_019c8f19aaaa7bbb8ccc0ddd1eee2fff is not mapped to one in the target account',
  )
  expect(hint).toBe('    hint: Name one with --map-agent ag_019c8f19aaaa7bbb8ccc0ddd1eee2fff=ID.')
})
