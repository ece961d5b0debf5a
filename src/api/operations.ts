/** When a request may be retried: `always`, or only if it certainly did not arrive (`unsent`). */
export type Repeat = 'always' | 'unsent'

/** An operation of the API. The client, the sandbox, `hansard api` and the tests all read the tables below. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** The path below the base URL, with `{id}` for the id. */
  readonly path: string
  /** Whether the response is an event stream. */
  readonly streams: boolean
  /** Whether it takes `page` and `page_size`. */
  readonly paged: boolean
  readonly repeat: Repeat
}

const READ = { method: 'GET', streams: false, paged: false, repeat: 'always' } as const
const LIST = { ...READ, paged: true } as const
const DELETE = { ...READ, method: 'DELETE' } as const
const WRITE = { method: 'POST', streams: false, paged: false, repeat: 'unsent' } as const
const STREAM = { ...WRITE, streams: true } as const

/** The eleven operations of the Conversations API (source: the vendor's OpenAPI document). */
export const operations = {
  start: { ...WRITE, path: '/v1/conversations' },
  startStream: { ...STREAM, path: '/v1/conversations' },
  list: { ...LIST, path: '/v1/conversations' },
  get: { ...READ, path: '/v1/conversations/{id}' },
  delete: { ...DELETE, path: '/v1/conversations/{id}' },
  append: { ...WRITE, path: '/v1/conversations/{id}' },
  appendStream: { ...STREAM, path: '/v1/conversations/{id}' },
  getHistory: { ...READ, path: '/v1/conversations/{id}/history' },
  getMessages: { ...READ, path: '/v1/conversations/{id}/messages' },
  restart: { ...WRITE, path: '/v1/conversations/{id}/restart' },
  restartStream: { ...STREAM, path: '/v1/conversations/{id}/restart' },
} as const satisfies Record<string, Operation>

/** Reads of what conversations refer to: models, agents and their versions, files and their content. */
export const lookups = {
  listModels: { ...READ, path: '/v1/models' },
  getAgent: { ...READ, path: '/v1/agents/{id}' },
  listAgentVersions: { ...LIST, path: '/v1/agents/{id}/versions' },
  getFile: { ...READ, path: '/v1/files/{id}' },
  getFileContent: { ...READ, path: '/v1/files/{id}/content' },
} as const satisfies Record<string, Operation>

/** The operations and the lookups, by name. */
export const allOperations: Readonly<Record<OperationName | LookupName, Operation>> = {
  ...operations,
  ...lookups,
}

export type OperationName = keyof typeof operations
export type LookupName = keyof typeof lookups
