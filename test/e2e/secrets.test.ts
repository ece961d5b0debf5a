import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../src/archive/archive.ts'
import { filesIn, testFolder } from '../support/folder.ts'
import { hansard } from '../support/hansard.ts'
import { serve } from '../support/http-server.ts'

/* An account whose every answer holds a secret somewhere; then each byte that came of it is searched for them. */

const KEY = 'k3y+Source/0123456789abcdef'
const TARGET_KEY = 'k3y+Target/fedcba9876543210'
const encodings: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  base64: (text) => Buffer.from(text).toString('base64').replace(/=+$/, ''),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  bearer: (text) => Buffer.from(`Bearer ${text}`).toString('base64'),
  'inside base64': (text) => Buffer.from(`Bearer ${text}`).toString('base64').slice(12, -4),
  percent: encodeURIComponent,
  json: (text) => text.replaceAll('/', '\\/'),
}

const echoes = Object.entries(encodings).flatMap(([name, encode]) =>
  name === 'inside base64' ? [] : encode(KEY),
)

/** A secret for one place, so that a leak shows its origin; a new one each night, as for a refreshed token. */
type Secrets = (place: string) => string
const night =
  (number: number): Secrets =>
  (place) =>
    `s3cret-${number}-${place}-0123456789`

const { stringify } = JSON

function toolsWith(secret: string): unknown[] {
  return [
    {
      type: 'connector',
      connector_id: 'c1',
      authorization: { type: 'oauth2-token', value: secret, refresh_token: [secret] },
    },
    {
      c2: {
        type: 'mcp',
        server_url: `https://${secret}:x@mcp.example?api_key=${secret}`,
        headers: [{ name: 'X', value: secret }],
      },
    },
    [[{ tool_configuration: { Authorization: secret, apiKey: secret } }]],
    { type: 'connector', settings: stringify({ authorization: { token: secret } }) },
  ]
}

interface Conversation {
  readonly row: object
  /** As the API sends them. */
  readonly history: string
  readonly messages: string
}

const said = 'the password is hunter2, see https://me:mine@host'

function conversation(id: string, tools: unknown, envelope: object = {}, entry: object = {}): Conversation {
  const message = { type: 'message.input', id: `msg_${id}`, role: 'user', content: said, ...entry }
  const about = { conversation_id: id, ...envelope }
  const times = { created_at: '2026-01-02T00:00:00Z', updated_at: '2026-01-02T00:00:00Z' }
  return {
    row: { object: 'conversation', id, ...times, model: 'mistral-small-latest', metadata: {}, tools },
    history: stringify({ object: 'conversation.history', ...about, entries: [message] }),
    messages: stringify({ object: 'conversation.messages', ...about, messages: [message, message] }),
  }
}

function accountOf(secrets: Secrets): readonly Conversation[] {
  const tools = (place: string) => toolsWith(secrets(place))
  const plain = (id: string) => conversation(id, [])
  const secretRow = { ...plain('conv_other').row, tools: tools('other') }
  const file = {
    type: 'tool_file',
    tool: 'code_interpreter',
    file_id: 'file_1',
    file_name: 'x',
    file_type: 'png',
  }
  return [
    conversation('conv_row', tools('row')),
    conversation('conv_object', { a: tools('object') }),
    conversation('conv_envelope', [], { tools: tools('envelope'), authorization: secrets('envelope') }),
    conversation(
      'conv_entry',
      [],
      {},
      { tools: tools('entry'), content: [{ type: 'text', text: said }, file] },
    ),
    conversation(
      'conv_key',
      [],
      {},
      {
        content: echoes.join(' '),
      },
    ),
    { ...plain('conv_agent'), row: { ...plain('conv_agent').row, model: undefined, agent_id: 'ag_1' } },
    { ...plain('conv_is_row'), history: stringify(secretRow) },
    { ...plain('conv_is_page'), history: stringify([secretRow]) },
    {
      ...plain('conv_foreign'),
      history: stringify({ conversation_id: { tools: tools('id') }, entries: [], tools: tools('id') }),
    },
    { ...plain('conv_cut'), history: stringify({ said, tools: tools('cut'), key: KEY }).slice(0, -2) },
    { ...plain('conv_latin1'), history: `\u00ff${stringify({ tools: tools('latin1') })}` },
    { ...plain('conv_refused'), history: '400' },
    { ...plain('conv_redirected'), history: '302' },
    { ...plain('conv_no_id'), row: { ...secretRow, id: undefined } },
  ]
}

async function account(): Promise<{ url: string; sleep: () => void }> {
  let secrets = night(1)
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
    const send = (text: string, status = 200) =>
      void response.writeHead(status).end(Buffer.from(text, 'latin1'))
    const [, , kind, id, part] = pathname.split('/')
    if (kind === 'models')
      return send(
        stringify({ data: [{ id: 'mistral-small-latest', capabilities: { completion_chat: true } }] }),
      )
    if (kind === 'agents')
      return send(stringify({ id, name: 'A', version: 1, tools: toolsWith(secrets('agent')) }))
    if (kind === 'files') {
      if (part === 'content') return send(`png ${KEY}`)
      return send(stringify({ id, size_bytes: 4 + KEY.length, connectors: toolsWith(secrets('file')) }))
    }
    const all = request.headers.authorization === `Bearer ${KEY}` ? accountOf(secrets) : []
    if (id === undefined)
      return send(stringify(searchParams.get('page') === '0' ? all.map(({ row }) => row) : []))
    const found = all.find(({ row }) => 'id' in row && row.id === id)
    if (found === undefined) return send('{"detail":"Not found"}', 404)
    if (part === undefined) return send(stringify(found.row))
    if (part === 'messages') return send(found.messages)
    if (found.history === '302') {
      return void response.writeHead(302, { location: `https://${encodeURIComponent(KEY)}.example/` }).end()
    }
    if (found.history !== '400') return send(found.history)
    const echo = { ...request.headers, ...echoes }
    send(
      stringify({ message: `refused: ${stringify({ ...echo, tools: toolsWith(secrets('message')) })}` }),
      400,
    )
  }
  const { url } = await serve(answer)
  return { url, sleep: () => (secrets = night(2)) }
}

describe('Secrets of connectors, and the key in any encoding', () => {
  it('appear nowhere in archive, log, exports, plans and output, and a new one does not count as a change', async () => {
    const folder = testFolder()
    const at = (name: string) => join(folder, name)
    const { url, sleep } = await account()
    const env = {
      ...{ MISTRAL_API_KEY: KEY, MISTRAL_BASE_URL: url, HANSARD_ARCHIVE: at('archive.db') },
      ...{ MISTRAL_TARGET_API_KEY: TARGET_KEY, MISTRAL_TARGET_BASE_URL: url },
    }
    const told: string[] = []
    const run = async (...args: string[]) => {
      const { stdout, stderr, exitCode } = await hansard(args, { env })
      told.push(`${args.join(' ')}\n${stdout}${stderr}`)
      return { exitCode, stdout }
    }
    const reader = await run('backup', '--json', '--verbose').then(() => openArchive(at('archive.db'))) // keeps the -wal
    const first = told[0] ?? ''
    expect(first).toMatch(/"new":\s*6/)
    sleep()
    const second = await run('backup', '--full', '--json', '--verbose')
    expect(JSON.parse(second.stdout)).toMatchObject({ new: 0, updated: 0, unchanged: 6 })

    for (const id of ['conv_row', 'conv_entry', 'conv_key', 'conv_agent']) await run('show', id)
    for (const args of [
      ...[['status'], ['status', '--json'], ['runs', '--json'], ['list', '--json']],
      ...[
        ['stats', '--svg', at('stats.svg')],
        ['stats', '--json'],
      ],
    ])
      await run(...args)
    for (const format of ['jsonl', 'csv', 'markdown', 'parquet'])
      await run('export', format, '--output', at(format))
    await run('export', 'chat', '--output', at('chat.jsonl'))
    await run('replay', 'plan', '--drop-tools', '--verbose', '--out', at('plan.json'))
    await run('verify', '--remote', '--json')
    for (const operation of ['get', 'getHistory', 'getMessages']) await run('api', operation, 'conv_envelope')
    await run('api', 'list', '--query', 'page=0')
    const { exitCode } = await run('verify')
    expect(exitCode).toBe(0)

    const bytes = filesIn(folder).map(
      (path) => [path.slice(folder.length + 1), readFileSync(path, 'latin1')] as const,
    )
    reader.close()
    const leaks = [...bytes, ['the output', told.join('\n')] as const].flatMap(([where, text]) => [
      ...(text.match(/s3cret-\d-\w+/g) ?? []).map((secret) => `${secret} in ${where}`),
      ...Object.entries(encodings)
        .filter(([, encode]) => text.includes(encode(KEY)) || text.includes(encode(TARGET_KEY)))
        .map(([name]) => `the key, ${name}, in ${where}`),
    ])
    expect([...new Set(leaks)]).toEqual([])
    expect(bytes.map(([name]) => name)).toEqual(
      expect.arrayContaining(['archive.db', 'chat.jsonl', 'plan.json', 'stats.svg']),
    )
  })
})
