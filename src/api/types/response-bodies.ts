import type {
  Conversation,
  ConversationHistory,
  ConversationMessages,
  ConversationResponse,
} from './conversation-types.ts'
import type { Agent, FileMetadata, ModelList } from './lookup-types.ts'

/**
 * The JSON that each operation returns (source: fixtures/openapi.json; where captures of the live service say more, they
 * win). A field may be absent, null, or of a new form all the same: nothing is checked at run time.
 */
export interface ResponseBodies {
  readonly start: ConversationResponse
  readonly append: ConversationResponse
  readonly restart: ConversationResponse
  readonly list: readonly Conversation[]
  readonly get: Conversation
  readonly getHistory: ConversationHistory
  readonly getMessages: ConversationMessages
  readonly listModels: ModelList
  readonly getAgent: Agent
  readonly listAgentVersions: readonly Agent[]
  readonly getFile: FileMetadata
}
