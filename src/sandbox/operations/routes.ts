import { lookups, operations, type LookupName, type OperationName } from '../../api/operations.ts'
import { listModels } from '../account/models.ts'
import type { RequestContext } from '../account/request-context.ts'
import type { Reply } from '../replies/reply.ts'
import { createAgent, getAgent, getAgentVersion, listAgentVersions, updateAgent } from './agent-operations.ts'
import { appendToConversation } from './append-conversation.ts'
import { getFile, getFileContent } from './file-operations.ts'
import { listConversations } from './list-conversations.ts'
import { deleteConversation, getConversation, getHistory, getMessages } from './read-operations.ts'
import { restartConversation } from './restart-conversation.ts'
import { startConversation } from './start-conversation.ts'

/** What only fills an account: the official SDK makes agents with these. */
const fillers = {
  createAgent: { method: 'POST', path: '/v1/agents' },
  updateAgent: { method: 'PATCH', path: '/v1/agents/{id}' },
  getAgentVersion: { method: 'GET', path: '/v1/agents/{id}/versions/{version}' },
} as const

export type RouteName = OperationName | LookupName | keyof typeof fillers

/** One path and what answers there. */
export interface Route {
  readonly name: RouteName
  /** The name of the same request with `"stream":true`. */
  readonly streaming: RouteName
  readonly method: string
  readonly path: string
  readonly handle: (call: RequestContext) => Reply
}

const handlers: Readonly<Record<string, (call: RequestContext) => Reply>> = {
  start: startConversation,
  list: listConversations,
  get: getConversation,
  delete: deleteConversation,
  append: appendToConversation,
  getHistory,
  getMessages,
  restart: restartConversation,
  listModels,
  getAgent,
  listAgentVersions,
  getFile,
  getFileContent,
  createAgent,
  updateAgent,
  getAgentVersion,
}

/** The routes of the sandbox; a stream shares path and method with its plain twin. */
export const routes: readonly Route[] = Object.entries({ ...operations, ...lookups, ...fillers }).flatMap(
  ([name, { method, path }]) => {
    const handle = handlers[name]
    const streaming = Object.hasOwn(operations, `${name}Stream`) ? `${name}Stream` : name
    return handle
      ? [{ name: name as RouteName, streaming: streaming as RouteName, method, path, handle }]
      : []
  },
)
