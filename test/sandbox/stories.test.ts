import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

import { compact, member, members } from '../../src/model/json/json-text.ts'
import { parseStory } from '../../src/sandbox/account/story.ts'
import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { storiesDirectory } from '../../src/own-files.ts'
import { loadStories } from '../../src/sandbox/seed/load-stories.ts'
import { visit } from '../support/sandbox.ts'

type Value = Record<string, unknown>

const stories = await loadStories(storiesDirectory)
const conversations = stories.flatMap((story) => story.conversations)
const rowTexts = conversations.map(({ row }) => row)
const rows = rowTexts.map((text) => JSON.parse(text) as Value)
const entryTexts = conversations.flatMap(({ entries }) => entries)
const entries = entryTexts.map((text) => JSON.parse(text) as Value)
const agents = stories.flatMap((story) => story.agents).map((text) => JSON.parse(text) as Value)
const chunks = entries.flatMap(({ content }) => (Array.isArray(content) ? (content as Value[]) : []))
const everything = [...rowTexts, ...entryTexts].join('\n')

describe('the stories', () => {
  it('contain every entry type, and an unknown one', () => {
    const types = new Set(entries.map(({ type }) => type))
    expect([...types].sort()).toEqual([
      'agent.handoff',
      'function.call',
      'function.result',
      'memory.recall',
      'message.input',
      'message.output',
      'tool.execution',
    ])
  })

  it('contain every chunk type, an unknown one, and one without a type', () => {
    expect([...new Set(chunks.map(({ type }) => type))].sort()).toEqual([
      'document_url',
      'hologram',
      'image_url',
      'reference',
      'text',
      'thinking',
      'tool_file',
      'tool_reference',
      undefined,
    ])
    const images = chunks.filter(({ type }) => type === 'image_url').map(({ image_url: url }) => url)
    expect(images.map((url) => (typeof url === 'string' ? url.slice(0, 5) : typeof url)).sort()).toEqual([
      'data:',
      'https',
      'object',
    ])
    expect(chunks.some(({ source }) => source === 'brave')).toBe(true)
  })

  it.each<[string, boolean]>([
    ['a row without metadata', rows.some((row) => !('metadata' in row))],
    [
      'a model row without instructions and tools',
      rows.some((row) => 'model' in row && !('instructions' in row) && !('tools' in row)),
    ],
    ['completion_args null', rows.some((row) => row['completion_args'] === null)],
    [
      'a response_format that is invalid to send',
      rows.some((row) => JSON.stringify(row).includes('"json_schema":null')),
    ],
    ['agent_id null', [...rows, ...entries].some((each) => each['agent_id'] === null)],
    [
      'tool.execution without arguments',
      entries.some((each) => each['type'] === 'tool.execution' && !('arguments' in each)),
    ],
    [
      'tool.execution with function',
      entries.some((each) => each['type'] === 'tool.execution' && 'function' in each),
    ],
    ['arguments that are an object', entries.some((each) => typeof each['arguments'] === 'object')],
    [
      'truncated arguments',
      entries.some((each) => each['type'] === 'function.call' && isBroken(each['arguments'])),
    ],
    ['content null', entries.some((each) => each['content'] === null)],
    ['an unknown field', rows.some((row) => 'retention_policy' in row)],
    ['a number of twenty digits', /[^\d"]\d{20}[^\d"]/.test(everything)],
    ['a number too large for a double', everything.includes('1e400')],
    ['duplicate keys in a row', rowTexts.some(hasDuplicates)],
    ['duplicate keys in an entry', entryTexts.some(hasDuplicates)],
    [
      'a connector with a secret in a conversation',
      rows.some((row) => JSON.stringify(row['tools'])?.includes('"authorization":{')),
    ],
    [
      'a connector with a secret in an agent',
      agents.some((agent) => JSON.stringify(agent['tools']).includes('"authorization":{')),
    ],
    ['right-to-left text', /[\u0590-\u06ff]/.test(everything)],
    ['Chinese and Japanese text', /[\u4e00-\u9fff]/.test(everything) && /[\u3040-\u30ff]/.test(everything)],
    ['emoji', /\p{Emoji_Presentation}/u.test(everything)],
    ['terminal escapes', entries.some(({ content }) => String(content).includes('\u001b['))],
    ['spreadsheet formulas', entries.some(({ content }) => String(content).startsWith('=HYPERLINK'))],
    ['a name that looks like a path', rows.some(({ name }) => name === '../../etc/passwd')],
    ['a playground conversation', conversations.some(({ playground }) => playground)],
    ['messages that differ from history', conversations.some(({ messages }) => messages !== undefined)],
    ['a conversation of 300 entries', conversations.some((each) => each.entries.length === 300)],
    [
      'an image of 5 MB',
      entryTexts.some((text) => text.length > 5 * 1024 * 1024 && text.includes('data:image/png')),
    ],
  ])('contain %s', (_, held) => expect(held).toBe(true))

  it('contain agent_version as a string, an integer, null, and absent', () => {
    const kinds = rows.filter((row) => row['agent_id']).map(({ agent_version: version }) => version)
    expect(kinds.map((version) => (version === null ? 'null' : typeof version)).sort()).toEqual([
      'null',
      'number',
      'string',
      'undefined',
    ])
  })

  it('contain both id layouts in one conversation, where they sort wrongly', () => {
    const mixed = conversations.map((each) =>
      each.entries.map((text) => String((JSON.parse(text) as Value)['id']).replace(/^.*_/, '')),
    )
    const wrong = mixed.some(
      (ids) =>
        ids.some((id) => id.startsWith('019')) &&
        ids.some((id) => id.startsWith('06')) &&
        ids.toSorted().join() !== ids.join(),
    )
    expect(wrong).toBe(true)
  })

  it('refer to files that exist, have expired, and never existed', () => {
    const wanted = chunks.filter(({ type }) => type === 'tool_file').map(({ file_id: id }) => id)
    const files = stories.flatMap((story) => story.files).map(({ metadata }) => JSON.parse(metadata) as Value)
    const there = wanted.map((id) => files.find((file) => file['id'] === id)?.['expires_at'])
    expect(there).toEqual([null, 1_750_935_597, undefined])
  })

  it('are from 2025 to October 2026, and every entry has its own id', () => {
    const times = [...everything.matchAll(/"(?:created|updated)_at":"([^"]+)"/g)].map(([, time]) =>
      String(time),
    )
    for (const time of times) expect(time >= '2025-01-01' && time < '2026-11').toBe(true)
    const ids = entries.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('a story', () => {
  it('is kept token for token', async () => {
    for (const name of (await readdir(storiesDirectory)).filter(
      (each) => !/long-walk|big-picture/.test(each),
    )) {
      const text = compact(await readFile(join(storiesDirectory, name), 'utf8'))
      const [conversation] = parseStory(text).conversations
      expect(conversation?.row).toBe(member(text, 'conversation')?.value)
      expect(`[${conversation?.entries.join(',')}]`).toBe(member(text, 'entries')?.value)
    }
  })

  it('is rejected by name when it is not JSON, or not a story', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'stories-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    await writeFile(join(directory, 'torn.json'), '{"conversation":')
    await writeFile(join(directory, 'notes.txt'), 'not a story')
    await expect(loadStories(directory)).rejects.toThrow(/torn\.json is not valid JSON/)
    await expect(loadStories(join(directory, 'none'))).rejects.toThrow('Cannot read the stories')
    await writeFile(join(directory, 'torn.json'), '{"conversation":{},"entries":{}}')
    await expect(loadStories(directory)).rejects.toThrow(
      /torn\.json is not a story: conversation\.id: .*; entries: .*expected array/,
    )
  })
})

describe('generated conversations', () => {
  it('are the same for the same seed, have the given size, and differ in time', () => {
    const options = { count: 50, entries: 4, bytesPerEntry: 1024, seed: 3 }
    const made = generateConversations(options)
    expect(generateConversations(options)).toEqual(made)
    expect(generateConversations({ ...options, seed: 4 })).not.toEqual(made)
    const texts = made.conversations.flatMap((each) => each.entries)
    expect(texts.every((text) => Buffer.byteLength(text) === 1024 && JSON.parse(text))).toBe(true)
    const created = made.conversations.map(({ row }) => (JSON.parse(row) as Value)['created_at'])
    expect(new Set(created).size).toBe(50)
  })
})

describe('every story', () => {
  it('can be listed, read, and continued unless calls wait for results', async () => {
    const { sandbox, get, post } = await visit({ accounts: [{ key: 'key', stories }] })
    const account = sandbox.account('key')
    expect((await get('/v1/conversations')).text).toBe(
      `[${account.ids.map((id) => account.row(id)).join(',')}]`,
    )
    const statuses: Record<number, number> = {}
    for (const id of account.ids) {
      const path = `/v1/conversations/${id}`
      for (const read of ['', '/history', '/messages']) expect((await get(path + read)).status).toBe(200)
      const first = (JSON.parse(account.entries(id)?.[0] ?? '{}') as Value)['id']
      expect((await post(`${path}/restart`, { from_entry_id: first, inputs: 'Again' })).status).toBe(200)
      const { status } = await post(path, { inputs: 'Go on' })
      statuses[status] = (statuses[status] ?? 0) + 1
    }
    expect(statuses).toEqual({ 200: 11, 400: 1 })
  })
})

function hasDuplicates(text: string): boolean {
  const keys = members(text).map(({ key }) => key)
  return new Set(keys).size < keys.length
}

function isBroken(args: unknown): boolean {
  if (typeof args !== 'string') return false
  try {
    JSON.parse(args)
    return false
  } catch {
    return true
  }
}
