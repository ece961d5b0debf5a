/*
 * What the target can't be given as it was. Plan declares these, run records them, verify judges with them: it may
 * import this file, and nothing else of plan.
 */

/** Every kind of loss, in the words a person reads. */
export const lossKinds = {
  // Of an entry.
  'tool-execution-as-call': 'tool execution sent as call and result',
  'handoff-noted': 'handoff noted as text',
  'handoff-dropped': 'handoff dropped: it stands between a call and its result',
  'unknown-entry-as-text': 'unknown entry as text',
  'call-as-text': 'call as text: its result does not directly follow',
  'result-as-text': 'result as text: its call does not go directly before',
  'call-renamed': 'call under another id: its own is not taken, or another call has it',
  'function-renamed': 'function under another name: its own is not taken',
  'blank-arguments': 'blank arguments sent as {}',
  'cut-arguments': 'arguments that are not JSON sent as a JSON string',
  'answer-added': 'a short answer added between a result and what the user says next',
  'empty-message-dropped': 'message without content dropped',
  'field-dropped': 'field dropped',
  'value-as-text': 'value as text: another type is wanted there',
  'not-asked-again': 'not asked again: only what a user says is',
  // Of a chunk.
  'citation-as-text': 'citation as text',
  'thinking-dropped': 'thinking dropped',
  'file-noted': 'file noted: its id means nothing there',
  'unknown-chunk-as-text': 'unknown chunk as text',
  'signed-link': 'signed link sent as it is: it may have expired',
  'address-noted': 'image or document as text: its address is neither http(s) nor data',
  // Of the end of a history.
  'tail-asked-anew': 'last answer dropped, to be answered anew',
  'tail-nudged': 'a short user entry added at the end',
  'tail-as-prefix': 'last answer sent as the beginning of an answer',
  // Of the conversation itself.
  'agent-mapped': 'another agent',
  'agent-as-model': 'an agent’s settings given to a model',
  'model-mapped': 'another model',
  'library-mapped': 'another library',
  'connector-mapped': 'another connector',
  'tool-dropped': 'tool dropped',
  'schema-key-dropped': '$id or $schema of a tool dropped: neither is taken',
  'schema-replaced': 'invalid parameter schema of a tool replaced by one that takes any object',
  'argument-dropped': 'completion argument dropped: it is not taken again',
  'tools-silenced': 'tool_choice none, which the conversation keeps',
  'metadata-stamped': 'a stamp in the metadata in the place of another value',
  'description-stamped': 'a stamp in the description: metadata does not come back',
} as const

export type LossKind = keyof typeof lossKinds

/** One thing that the target can't be given as it was. Of two losses of the same place, the later says what is sent. */
export interface Loss {
  readonly kind: LossKind
  /** The entry's place in the source's history, from 0; of an added entry, the length of that history. Null: the conversation itself. */
  readonly position: number | null
  /** The entry's id at the source, where it has one. */
  readonly id: string | null
  /** What of it: `` the whole entry, otherwise such as `content[2]`, `mood`, `tools[0].library_ids[1]`. */
  readonly path: string
  /**
   * JSON text of what stood there, cut short after 500 characters: the archive has the whole. Null: nothing did; of a
   * whole entry, that `after` is added before it.
   */
  readonly before: string | null
  /**
   * JSON text, whole, of what is sent in its place: of a whole entry an array of inputs, of a chunk a chunk, otherwise
   * a value. Null: nothing is.
   */
  readonly after: string | null
}

/** What is added where a user speaks directly after a result: a target may want an answer between them. */
export const ADDED_ANSWER = '[no answer]'

/** What takes the place of a parameter schema that is none: it takes any object. */
export const ANY_PARAMETERS = '{"type":"object","properties":{}}'

/**
 * Fields of an entry that are never sent and are no loss: the service gives its own, and nothing that was said stands in
 * them. (`model` and `agent_id` tell who answered over there; here, the history is given and nobody answers.)
 */
export const neverSent: readonly string[] = [
  ...['object', 'id', 'created_at', 'completed_at'],
  ...['model', 'agent_id'],
]
