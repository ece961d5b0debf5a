import { hash } from 'node:crypto'

import { Mistral } from '@mistralai/mistralai'
import { expect, it } from 'vitest'

import { neverSent } from '../../src/replay/loss.ts'
import type { Source } from '../../src/replay/plan/source.ts'
import { replayedConversations } from '../../src/replay/replayed-conversations.ts'
import { comparable, declaredInputs } from '../support/declared.ts'
import { hansard } from '../support/hansard.ts'
import { replayWorld } from '../support/replay-world.ts'

type Entry = Readonly<Record<string, unknown>> & { readonly type?: string | undefined }

const how = [
  ...['--yes', '--json', '--settle', '0', '--drop-tools', '--fallback-model', 'mistral-large-latest'],
  ...['--map-connector', 'gauge_connector=g', 'map_connector=m', 'open_connector=o'],
  ...['--connector-auth', 'gauge_connector=GAUGE', 'map_connector=MAP'],
]

it('The official SDK reads in the target account what the archive contains', async () => {
  // The SDK accepts only specified shapes.
  const { env, opened, sandbox, sources } = await replayWorld({
    behaviour: { toolShape: 'specified', agentVersion: 'integer' },
  })
  const { stdout } = await hansard(['replay', 'run', ...how], { env: { ...env, GAUGE: 'g', MAP: 'm' } })
  expect(JSON.parse(stdout)).toMatchObject({ planned: 12, done: 11, blocked: 1 })

  const sdk = new Mistral({ apiKey: 'other', serverURL: sandbox.url })
  const copies = await listed(sdk)
  expect(new Set(copies.values()).size).toBe(11)
  const types = new Set<string | undefined>()
  for (const { id, planned } of replayedConversations(opened, 1)) {
    const source = sources.find((each) => each.id === id)
    const conversationId = copies.get(hash('sha256', id, 'hex').slice(0, 20))
    if (source === undefined || conversationId === undefined) throw new Error(`the SDK does not find ${id}`)
    const { entries } = await sdk.beta.conversations.getHistory({ conversationId })
    const { messages } = await sdk.beta.conversations.getMessages({ conversationId })
    expect(messages).toEqual(entries.filter(({ type = '' }) => type.startsWith('message.')))

    const there = entries.map((entry) => entryOf(entry))
    const wanted = declaredInputs(source.entries, planned.losses)
    expect({ id, entries: there.slice(0, wanted.length).map(comparable) }).toEqual({ id, entries: wanted })
    for (const { type } of there.slice(0, wanted.length)) types.add(type)
    const tail = there.slice(wanted.length).map(({ type }) => type)
    expect(tail.length).toBeGreaterThan(0)
    expect(['message.input', 'function.result'].filter((type) => tail.includes(type))).toEqual([])
    expect({ id, said: plainTexts(there) }).toEqual({
      id,
      said: expect.arrayContaining(said(source)) as string[],
    })
  }
  expect([...types].sort()).toEqual(['function.call', 'function.result', 'message.input', 'message.output'])
})

/** The ids of all conversations, by the part of their stamps that identifies the source. */
async function listed({ beta: { conversations } }: Mistral): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (let page = 0; ; page++) {
    const rows = await conversations.list({ page, pageSize: 4 })
    if (rows.length === 0) return found
    for (const { id, metadata } of rows)
      found.set(String(metadata?.['hansard_replay']).split('.')[1] ?? '', id)
  }
}

/** What the SDK has read, with the API's names, without what the service assigns to each entry. */
function entryOf(entry: object): Entry {
  const named = namedAsInApi(entry) as Entry
  return Object.fromEntries(Object.entries(named).filter(([key]) => !neverSent.includes(key)))
}

function namedAsInApi(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(namedAsInApi)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      namedAsInApi(inner),
    ]),
  )
}

/** Plain text of users and the assistant: no loss may change a word of it. */
function said({ entries }: Source): string[] {
  return plainTexts(entries.map((text) => JSON.parse(text) as Entry)).filter((text) => text !== '')
}

function plainTexts(entries: readonly Entry[]): string[] {
  return entries
    .filter(({ type }) => type === 'message.input' || type === 'message.output')
    .flatMap(({ content }) => (typeof content === 'string' ? [content] : []))
}
