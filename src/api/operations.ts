/** May a request be sent again when its answer was lost? `unsent`: only when it certainly did not arrive. */
export type Repeat = 'always' | 'unsent'

/** What one operation of the API is; client, sandbox, `hansard api` and the tests all read these tables. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Path below the base URL; `{id}` stands for the identifier. */
  readonly path: string
  /** Does the answer come as an event stream? */
  readonly streams: boolean
  /** Does it take page and page_size? */
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

/** What conversations refer to, read only: models, agents and their versions, files and their bytes. */
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
