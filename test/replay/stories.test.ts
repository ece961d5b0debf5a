import { describe, expect, it, onTestFinished } from 'vitest'

import { ConversationsClient } from '../../src/api/client.ts'
import { emptyArchive } from '../../src/archive/archive.ts'
import { fillSecrets } from '../../src/replay/plan/fill-secrets.ts'
import type { ReplayOptions, Tail } from '../../src/replay/plan/plan.ts'
import { preflight } from '../../src/replay/plan/preflight.ts'
import { render } from '../../src/replay/plan/render.ts'
import { switches, type Behaviour } from '../../src/sandbox/behaviour.ts'
import { replayWorld } from '../support/replay-world.ts'
import { plainOptions, strictest } from '../support/replay.ts'
import { visit } from '../support/sandbox.ts'
import { storyOptions as options, storySources } from '../support/story-sources.ts'

const asInputs = [
  ...(['trailingAssistant', 'handoffInputs', 'toolExecutionInputs', 'toolReferenceInputs'] as const),
  ...(['inputIds', 'thinkingInputs', 'maxTokensZero'] as const),
] satisfies (keyof Behaviour)[]

/**
 * Switches that decide what start accepts: each position of them, with the others as strict as possible. Switches
 * with a position that accepts everything the others accept need no case of their own.
 */
const positions = asInputs.flatMap((name) => switches[name].choices.map((choice) => ({ [name]: choice })))

describe('Every story', () => {
  it.each(positions)('is accepted by the target, whatever the tail: %j', async (position) => {
    const { sandbox } = await visit({ behaviour: { ...strictest, ...position } }, 'other')
    const target = new ConversationsClient({ apiKey: 'other', baseUrl: sandbox.url })
    onTestFinished(() => target.close())
    const found = await preflight(target, emptyArchive(), options, { yesDifferent: true })
    for (const tail of ['auto', 'answer', 'nudge', 'prefix'] satisfies Tail[]) {
      for (const source of await storySources()) {
        const { planned, requests } = render(source, { ...options, tail }, found)
        if (planned.state === 'blocked') {
          expect(planned.blocks.map(({ kind }) => kind)).toContain('unanswered-call')
          continue
        }
        for (const { body } of requests) {
          const { status } = await target.start(fillSecrets(body, (variable) => `secret of ${variable}`))
          expect({ id: source.id, tail, status }).toEqual({ id: source.id, tail, status: 200 })
        }
      }
    }
  })

  it('is asked again turn by turn, and every turn is accepted', async () => {
    const { target, opened, sources } = await replayWorld({ behaviour: strictest })
    const quiet: ReplayOptions = { ...options, mode: 'turns', rebuild: 'quiet', dropTools: true }
    const found = await preflight(target, opened, quiet, {})
    for (const source of sources) {
      const { planned, requests } = render(source, quiet, found)
      let id = ''
      for (const { operation, body } of requests) {
        const answer =
          operation === 'start'
            ? await target.start(fillSecrets(body, () => 'secret'))
            : await target.append(id, body)
        id = answer.json.conversation_id
      }
      if (planned.state !== 'blocked') expect(id).toMatch(/^conv_/)
    }
  })

  it('never sends the marker of a redacted secret', async () => {
    const { sandbox, target, opened, sources } = await replayWorld()
    const found = await preflight(target, opened, options, {})
    for (const source of sources) {
      for (const { body } of render(source, options, found).requests) {
        await target.start(fillSecrets(body, (variable) => `secret of ${variable}`))
      }
    }
    const bodies = sandbox.requests.map(({ body }) => body ?? '')
    expect(bodies.filter((body) => body.includes('redacted'))).toEqual([])
    expect(bodies.filter((body) => body.includes('secret of GAUGE'))).toHaveLength(2)
  })

  it('is estimated within a factor of two of what the target counts', async () => {
    const { target, opened, sources } = await replayWorld()
    const found = await preflight(target, opened, options, {})
    for (const source of sources) {
      const { planned, requests } = render(source, options, found)
      const [request] = requests
      if (request === undefined || source.entries.some((entry) => entry.length > 1e6)) continue
      const { json } = await target.start(fillSecrets(request.body, () => 'x'))
      const counted = (json as { usage: { prompt_tokens: number } }).usage.prompt_tokens
      expect(planned.estimate.tokensIn).toBeGreaterThan(counted / 2)
      expect(planned.estimate.tokensIn).toBeLessThan(counted * 2 + 100)
    }
  })
})

describe('A mapped agent', () => {
  it('replaces the archived one, without other settings', async () => {
    const { sandbox, target, opened, sources } = await replayWorld({ behaviour: strictest })
    const agent = {
      id: 'ag_new',
      model: 'mistral-medium-latest',
      name: 'desk',
      tools: [],
      version: 0,
      versions: [0],
    }
    sandbox.account('other').addAgent(JSON.stringify(agent))
    const mapped = { ...plainOptions, agents: { ag_019c8f19aaaa7bbb8ccc0ddd1eee2fff: 'ag_new' } }
    const found = await preflight(target, opened, mapped, {})
    const source = sources.find(({ id }) => id === 'conv_019c8f1a2b3c7d4e8f60718293a4b5c6')
    if (source === undefined) throw new Error('no such story')
    const { planned, requests } = render(source, mapped, found)
    expect(planned.losses).toContainEqual({
      kind: 'agent-mapped',
      position: null,
      id: null,
      path: 'agent_id',
      before: '"ag_019c8f19aaaa7bbb8ccc0ddd1eee2fff"',
      after: '"ag_new"',
    })
    expect((await target.start(requests[0]?.body ?? '')).status).toBe(200)
  })
})
