import { listModels } from '../account/models.ts'
import type { RequestContext } from '../account/request-context.ts'
import type { SandboxResponse } from '../responses/sandbox-response.ts'
import { routePaths, type RouteName } from '../route-names.ts'
import { createAgent, getAgent, getAgentVersion, listAgentVersions, updateAgent } from './agent-operations.ts'
import { appendToConversation } from './append-conversation.ts'
import { getFile, getFileContent } from './file-operations.ts'
import { listConversations } from './list-conversations.ts'
import { deleteConversation, getConversation, getHistory, getMessages } from './read-operations.ts'
import { restartConversation } from './restart-conversation.ts'
import { startConversation } from './start-conversation.ts'

/** A path, and the operation behind it. */
export interface Route {
  readonly name: RouteName
  /** The name of the same request with `"stream":true`. */
  readonly streaming: RouteName
  readonly method: string
  readonly path: string
  readonly handle: (request: RequestContext) => SandboxResponse
}

const handlers = {
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
} as const satisfies Partial<Record<RouteName, Route['handle']>>

/** The routes of the sandbox. A streaming operation shares the route of its plain twin. */
export const routes: readonly Route[] = (Object.keys(handlers) as (keyof typeof handlers)[]).map((name) => ({
  name,
  streaming: Object.hasOwn(routePaths, `${name}Stream`) ? (`${name}Stream` as RouteName) : name,
  ...routePaths[name],
  handle: handlers[name],
}))
