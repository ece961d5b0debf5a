import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'

import { compact, elements, member, replaceAt } from '../../src/model/json/json-text.ts'

const folder = new URL('../../fixtures/captures/', import.meta.url)

/** Reads a captured payload of the live service. */
export function capture(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8')
}

const starts = [
  'code-interpreter',
  'document-library',
  'function-call',
  'guardrails',
  'image-generation',
  'web-search',
]

/** Histories by conversation: the captured one, and the outputs of start as getHistory returns them. */
export const capturedHistories: ReadonlyMap<string, string> = new Map([
  ['conv_0684fe18cbc57ba6800065acdd2b6c85', capture('history.json')],
  ...starts.map((name): [string, string] => {
    const reply = capture(`start.${name}.json`)
    const id = idOf(reply)
    const outputs = replaceAt(member(reply, 'outputs')?.value ?? '[]', ['*', 'completed_at'], () => 'null')
    return [id, `{"conversation_id":"${id}","entries":${outputs},"object":"conversation.history"}`]
  }),
])

/** The captured listing, with added rows for conversations that are only known from start. */
export const capturedRows: readonly string[] = [
  ...elements(capture('list.json')),
  ...[...capturedHistories.keys()].slice(1).map((id) => {
    const at = /"created_at": "([^"]*)"/.exec(capturedHistories.get(id) ?? '')?.[1] ?? ''
    return `{"id":"${id}","created_at":"${at}","updated_at":"${at}","model":"mistral-medium-latest"}`
  }),
].sort((a, b) => (createdAt(a) < createdAt(b) ? 1 : -1))

function createdAt(row: string): string {
  return (JSON.parse(row) as { created_at: string }).created_at
}

/** Responds like the live service with these conversations; other ids have an empty history. */
export function answerFromCaptures(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '', 'http://captures')
  const [, , kind, id, list] = url.pathname.split('/')
  response.setHeader('content-type', 'application/json')
  if (kind !== 'conversations') return void response.writeHead(404).end('{"detail":"Not Found"}')
  if (id === undefined) return void response.end(pageOf(url.searchParams))
  if (list === undefined) return void response.end(capturedRows.find((row) => row.includes(id)))
  const history =
    capturedHistories.get(id) ?? `{"conversation_id":"${id}","entries":[],"object":"conversation.history"}`
  response.end(list === 'history' ? history : messagesOf(history, id))
}

function pageOf(query: URLSearchParams): string {
  const [page, size] = [Number(query.get('page') ?? 0), Number(query.get('page_size') ?? 100)]
  return `[${capturedRows.slice(page * size, (page + 1) * size).join(',\n')}]`
}

function messagesOf(history: string, id: string): string {
  const messages = elements(member(history, 'entries')?.value ?? '[]').filter((entry) =>
    (JSON.parse(entry) as { type: string }).type.startsWith('message.'),
  )
  return `{"conversation_id":"${id}","messages":[${messages.map(compact).join(',')}],"object":"conversation.messages"}`
}

function idOf(reply: string): string {
  return (JSON.parse(reply) as { conversation_id: string }).conversation_id
}
