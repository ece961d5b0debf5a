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

/** The eleven operations of the Conversations API (source: the vendor's OpenAPI document). */
export const operations = {
  start: { method: 'POST', path: '/v1/conversations', streams: false, paged: false, repeat: 'unsent' },
  startStream: { method: 'POST', path: '/v1/conversations', streams: true, paged: false, repeat: 'unsent' },
  list: { method: 'GET', path: '/v1/conversations', streams: false, paged: true, repeat: 'always' },
  get: { method: 'GET', path: '/v1/conversations/{id}', streams: false, paged: false, repeat: 'always' },
  delete: {
    method: 'DELETE',
    path: '/v1/conversations/{id}',
    streams: false,
    paged: false,
    repeat: 'always',
  },
  append: { method: 'POST', path: '/v1/conversations/{id}', streams: false, paged: false, repeat: 'unsent' },
  appendStream: {
    method: 'POST',
    path: '/v1/conversations/{id}',
    streams: true,
    paged: false,
    repeat: 'unsent',
  },
  getHistory: {
    method: 'GET',
    path: '/v1/conversations/{id}/history',
    streams: false,
    paged: false,
    repeat: 'always',
  },
  getMessages: {
    method: 'GET',
    path: '/v1/conversations/{id}/messages',
    streams: false,
    paged: false,
    repeat: 'always',
  },
  restart: {
    method: 'POST',
    path: '/v1/conversations/{id}/restart',
    streams: false,
    paged: false,
    repeat: 'unsent',
  },
  restartStream: {
    method: 'POST',
    path: '/v1/conversations/{id}/restart',
    streams: true,
    paged: false,
    repeat: 'unsent',
  },
} as const satisfies Record<string, Operation>

/** Reads of what conversations refer to: models, agents and their versions, files and their content. */
export const lookups = {
  listModels: { method: 'GET', path: '/v1/models', streams: false, paged: false, repeat: 'always' },
  getAgent: { method: 'GET', path: '/v1/agents/{id}', streams: false, paged: false, repeat: 'always' },
  listAgentVersions: {
    method: 'GET',
    path: '/v1/agents/{id}/versions',
    streams: false,
    paged: true,
    repeat: 'always',
  },
  getFile: { method: 'GET', path: '/v1/files/{id}', streams: false, paged: false, repeat: 'always' },
  getFileContent: {
    method: 'GET',
    path: '/v1/files/{id}/content',
    streams: false,
    paged: false,
    repeat: 'always',
  },
} as const satisfies Record<string, Operation>

export type OperationName = keyof typeof operations
export type LookupName = keyof typeof lookups
