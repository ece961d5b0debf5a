/*
 * The losses: what a copy cannot have as the source has it. plan/ declares them, run/ stores them with the copy,
 * verify/ checks the copy against them. verify/ may import no other file of replay/.
 */

/** Every kind of loss, with the text that people read. */
export const lossKinds = {
  // Entries
  'tool-execution-as-call': 'tool execution sent as call and result',
  'handoff-noted': 'handoff sent as text',
  'handoff-dropped': 'handoff dropped: it is between a call and its result',
  'unknown-entry-as-text': 'unknown entry sent as text',
  'call-as-text': 'call sent as text: its result does not follow directly',
  'result-as-text': 'result sent as text: its call does not precede it directly',
  'call-renamed': 'call sent with another id: its own is invalid or used by another call',
  'function-renamed': 'function renamed: its name is invalid at the target',
  'blank-arguments': 'blank arguments sent as {}',
  'cut-arguments': 'arguments that are not JSON sent as a JSON string',
  'answer-added': 'short answer added between a result and the next user message',
  'empty-message-dropped': 'message without content dropped',
  'field-dropped': 'field dropped',
  'value-as-text': 'value sent as text: the API accepts another type only',
  'not-asked-again': 'not asked again: only user messages are',
  // Chunks
  'citation-as-text': 'citation sent as text',
  'thinking-dropped': 'thinking dropped',
  'file-noted': 'file reference replaced by a note',
  'unknown-chunk-as-text': 'unknown chunk sent as text',
  'signed-link': 'signed link sent unchanged; it may have expired',
  'address-noted': 'image or document sent as text: its URL is not http(s) or data',
  // The end of a history
  'tail-asked-anew': 'last answer dropped; the target answers again',
  'tail-nudged': 'short user entry added at the end',
  'tail-as-prefix': 'last answer sent as the prefix of a new one',
  // The conversation itself
  'agent-mapped': 'agent mapped to another',
  'agent-as-model': 'agent replaced by a model with its settings',
  'model-mapped': 'model mapped to another',
  'library-mapped': 'library mapped to another',
  'connector-mapped': 'connector mapped to another',
  'tool-dropped': 'tool dropped',
  'schema-key-dropped': '$id or $schema of a tool dropped: the API refuses both',
  'schema-replaced': 'invalid parameter schema of a tool replaced by one that accepts any object',
  'argument-dropped': 'completion argument dropped: the API does not accept it back',
  'tools-silenced': 'tool_choice set to none for good',
  'metadata-stamped': 'stamp in the metadata replaces an earlier value',
  'description-stamped': 'stamp added to the description: the target does not return metadata',
} as const

export type LossKind = keyof typeof lossKinds

/**
 * One difference between the source and what is sent. Of two losses at the same place, the later one says what is
 * sent.
 */
export interface Loss {
  readonly kind: LossKind
  /**
   * The entry's position in the source's history, from 0. For an entry added at the end: the length of that history.
   * Null: the conversation itself.
   */
  readonly position: number | null
  /** The entry's id at the source, if it has one. */
  readonly id: string | null
  /** The part that is lost, such as `content[2]`, `mood` or `tools[0].library_ids[1]`; empty for the whole entry. */
  readonly path: string
  /**
   * JSON text of the archived value, cut after 500 characters. Null if there was no value. For a whole entry,
   * null means that `after` is inserted before the entry.
   */
  readonly before: string | null
  /**
   * Complete JSON text of what is sent instead: an array of inputs for a whole entry, a chunk for a chunk, otherwise a
   * value. Null if nothing is sent.
   */
  readonly after: string | null
}

/** Inserted between a function result and the user message that follows it: some targets refuse that order. */
export const ADDED_ANSWER = '[no answer]'

/** Replaces an invalid parameter schema: a function that takes any object. */
export const ANY_PARAMETERS = '{"type":"object","properties":{}}'

/**
 * Fields of an entry that are never sent, which is no loss: the service sets its own, and they hold no content.
 * (`model` and `agent_id` name who answered at the source; at the target nobody answers a history.)
 */
export const neverSent: readonly string[] = [
  ...['object', 'id', 'created_at', 'completed_at'],
  ...['model', 'agent_id'],
]
