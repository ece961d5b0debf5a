import { describe, expect, it, onTestFinished } from 'vitest'

import { ConversationsClient } from '../../../src/api/client.ts'
import { emptyArchive } from '../../../src/archive/archive.ts'
import type { ReplayOptions, Tail } from '../../../src/replay/plan/plan.ts'
import { preflight } from '../../../src/replay/plan/preflight.ts'
import { compareCopy } from '../../../src/replay/verify/certify.ts'
import type { Behaviour } from '../../../src/sandbox/behaviour.ts'
import { replayOnce } from '../../support/copies.ts'
import { strictest } from '../../support/replay.ts'
import { visit } from '../../support/sandbox.ts'
import { storyOptions as options, storySources } from '../../support/story-sources.ts'

const targets: Partial<Behaviour>[] = [
  {},
  strictest,
  { trailingAssistant: 'answer', appendId: 'new', completionArgs: 'null' },
  { trailingAssistant: 'accept', getMetadata: 'absent', listMetadata: 'absent' },
  { toolShape: 'specified', idLayout: 'seconds', updatedAtStart: 'after-answer' },
  { agentVersion: 'string', thinkingInputs: 'accept', toolReferenceInputs: 'accept', inputIds: 'accept' },
]

describe('Every story, replayed', () => {
  it.each(targets)('as history is certified, whatever the tail: %j', async (behaviour) => {
    const { client, found } = await targetOf(behaviour)
    const verdicts: string[] = []
    for (const tail of ['auto', 'answer', 'nudge', 'prefix'] satisfies Tail[]) {
      for (const source of await storySources()) {
        const made = await replayOnce(client, source, { ...options, tail }, found)
        if (made === undefined) continue
        const { verdict, differences, hashes, losses, unseen } = compareCopy(made.replayed, made.copy)
        expect({ id: source.id, tail, differences }).toEqual({ id: source.id, tail, differences: [] })
        expect(verdict).toBe(losses.length + unseen.length === 0 ? 'identical' : 'equivalent')
        expect(hashes.target).toBe(hashes.expected)
        if (verdict === 'identical') expect(hashes.target).toBe(hashes.source)
        verdicts.push(verdict)
      }
    }
    expect(verdicts.length).toBeGreaterThanOrEqual(40)
  })

  it.each(targets)('turn by turn is certified, with the answers side by side: %j', async (behaviour) => {
    const { client, found } = await targetOf(behaviour)
    const turns: ReplayOptions = { ...options, mode: 'turns', rebuild: 'quiet', dropTools: true }
    let answered = 0
    for (const source of await storySources()) {
      const made = await replayOnce(client, source, turns, found)
      if (made === undefined) continue
      const { verdict, differences, hashes, answers } = compareCopy(made.replayed, made.copy)
      expect({ id: source.id, differences }).toEqual({ id: source.id, differences: [] })
      expect(verdict).not.toBe('different')
      expect(hashes.target).toBe(hashes.expected)
      expect(answers.length).toBe(made.planned.calls.length)
      expect(answers.every(({ target }) => target !== '')).toBe(true)
      answered += answers.length
    }
    expect(answered).toBeGreaterThan(20)
  })
})

async function targetOf(behaviour: Partial<Behaviour>) {
  const { sandbox } = await visit({ behaviour }, 'other')
  const client = new ConversationsClient({ apiKey: 'other', baseUrl: sandbox.url })
  onTestFinished(() => client.close())
  return { sandbox, client, found: await preflight(client, emptyArchive(), options, { yesDifferent: true }) }
}
