import { describe, expect, it } from 'vitest'

import { sourceOf } from '../../src/replay/plan/archived-source.ts'
import { replayedConversations } from '../../src/replay/replayed-conversations.ts'
import type { Certificate } from '../../src/replay/verify/certificate.ts'
import { compareCopy } from '../../src/replay/verify/certify.ts'
import { fetchCopy } from '../../src/replay/verify/fetch-copy.ts'
import type { Behaviour } from '../../src/sandbox/behaviour.ts'
import { hansard } from '../support/hansard.ts'
import { replayWorld } from '../support/replay-world.ts'
import { strictest } from '../support/replay.ts'
import { talksOf } from '../support/talks.ts'

const targets: Partial<Behaviour>[] = [
  strictest,
  { trailingAssistant: 'answer', appendId: 'new', completionArgs: 'null', metadataFilter: 'ignored' },
  { trailingAssistant: 'accept', getMetadata: 'absent', listMetadata: 'absent' },
  {
    ...{ toolShape: 'specified', idLayout: 'seconds', updatedAtStart: 'after-answer' },
    ...{ order: 'updated-first', busySeconds: 0.05 },
  },
  { agentVersion: 'string', thinkingInputs: 'accept', listMetadata: 'absent', order: 'oldest-first' },
]

const how = [
  ...['--yes', '--json', '--settle', '0.1', '--drop-tools', '--fallback-model', 'mistral-large-latest'],
  ...['--map-connector', 'gauge_connector=g', 'map_connector=m', 'open_connector=o'],
  ...['--connector-auth', 'gauge_connector=GAUGE', 'map_connector=MAP'],
]

describe('Every story of the sandbox', () => {
  it.each([
    ...targets.map((behaviour) => ({ mode: 'history', behaviour }) as const),
    // Turn by turn needs one request per turn.
    ...targets.slice(1).map((behaviour) => ({ mode: 'turns', behaviour }) as const),
  ])(
    'is replayed to an end, and gets its certificate: %j',
    async ({ mode, behaviour }) => {
      const { archive, opened, sandbox, target } = await replayWorld({
        behaviour,
        faults: [
          { operation: 'startStream', every: 5, then: { kind: 'reset', when: 'after' } },
          { operation: 'appendStream', every: 25, then: { kind: 'cut-stream', events: 1 } },
        ],
      })
      const env = {
        ...{ MISTRAL_TARGET_API_KEY: 'other', MISTRAL_TARGET_BASE_URL: sandbox.url },
        ...{ HANSARD_ARCHIVE: archive, GAUGE: 'g', MAP: 'm' },
      }
      const quiet = mode === 'turns' ? ['--rebuild', 'quiet'] : []
      const { stdout, stderr, exitCode } = await hansard(
        ['replay', 'run', ...how, '--mode', mode, ...quiet],
        {
          env,
        },
      )
      expect({ stdout, stderr, exitCode }).toMatchObject({ exitCode: 3 }) // one conversation is blocked, as in the plan
      const { planned, done, blocked } = JSON.parse(stdout) as Record<string, number>
      expect({ planned, done, blocked, stderr }).toMatchObject({ planned: 12, done: 11, blocked: 1 })

      for (const { id, targetId, planned: line, generated } of replayedConversations(opened, 1)) {
        const stored = opened.conversations.read(id)
        const copy = await fetchCopy(target, targetId, {})
        if (stored === undefined || copy === undefined) throw new Error(`${id} is not there`)
        const source = sourceOf(opened, stored)
        const { stamp, losses } = line
        const { verdict, differences } = compareCopy(
          { mode, stamp, losses, source, generated: generated ?? undefined },
          copy,
        )
        expect({ id, differences }).toEqual({ id, differences: [] })
        expect(verdict).not.toBe('different')
      }
    },
    120_000,
  )
})

describe('A history that ends with an unanswered entry', () => {
  it('is copied without any loss: its certificate says identical', async () => {
    const { replay, sandbox } = await replayWorld({
      stories: [talksOf([['How deep is the ford?'], ['How wide?', 'Wide.', 'And how deep?']])],
    })
    expect((await replay('run', '--yes')).exitCode).toBe(0)
    const { stdout, exitCode } = await replay('verify', '--json')
    expect(exitCode).toBe(0)
    const certificates = stdout
      .trimEnd()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Certificate)
    expect(certificates.map(({ id }) => id).sort()).toEqual(['conv_0', 'conv_1'])
    for (const { verdict, losses, unseen, hashes } of certificates) {
      expect({ verdict, losses, unseen }).toEqual({ verdict: 'identical', losses: [], unseen: [] })
      expect([hashes.expected, hashes.target]).toEqual([hashes.source, hashes.source])
    }
    const account = sandbox.account('other')
    const said = account.ids.map((id) => (account.entries(id) ?? []).map(contentOf))
    expect(said.sort(([a = ''], [b = '']) => a.localeCompare(b))).toEqual([
      ['How deep is the ford?', expect.any(String)],
      ['How wide?', 'Wide.', 'And how deep?', expect.any(String)],
    ])
  })
})

function contentOf(text: string): string {
  return (JSON.parse(text) as { content: string }).content
}
