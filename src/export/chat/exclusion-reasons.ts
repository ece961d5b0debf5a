import { ExcludedError } from '../exclusion.ts'

/**
 * Why the format cannot represent a conversation. Such a conversation is excluded as a whole: nothing is changed to fit,
 * and nothing is omitted except what `--drop` names.
 */
export const exclusionReasons = {
  /** A text is damaged in the archive; without it, the line would be another conversation. */
  unreadable: 'a part of it cannot be read',
  /** An entry that is not in the specification may mean anything. */
  entry: 'it has an entry of a type that the format does not have',
  /** A line has one assistant, with one system message and one set of tools. */
  handoff: 'it was handed off between agents, but a line has one assistant',
  /** A call needs a definition and a result. The archive has no definitions of server tools, and no results of searches. */
  execution: 'a tool ran on the server, but the format has functions only (--drop executions)',
  /** Entries have the roles `user` and `assistant` only. */
  role: 'a message has a role that the format does not have',
  /** Whether the reply continues after the prefix or repeats it is unknown. */
  prefix: 'the beginning of a reply was given (prefix)',
  content: 'the content of a message is neither text nor parts',
  /** Files, documents, and types that are not in the specification. */
  chunk: 'a message has a part of a type that the format does not have',
  /** In the format, as for vision models, only user messages have images. */
  image: 'a message that is not from the user has an image',
  textOnly: 'a message is more than one text (--text-only)',
  thinking: 'it contains thinking, which the format does not have (--drop thinking)',
  reference: 'a message cites sources, which the format does not have (--drop references)',
  /** It waits for confirmation, or was denied. */
  refused: 'a call was not executed, which the format cannot represent',
  /** Truncated arguments are worthless as an example. */
  arguments: 'the arguments of a call are not a JSON object',
  result: 'the result of a call is not text',
  /** Readers allow one type for each field: they refuse a whole file in which a field has two. */
  toolTypes: 'a field of its tool definitions has another JSON type than in an earlier line',
  /** The instructions and functions are stored with the agent only. */
  agent: 'its agent is not in the archive, so its instructions are unknown (--system)',
  /** Equal messages are written once, for the oldest conversation that has them. A longer fork has other messages. */
  duplicate: 'its messages are the same as those of',
  /** A rule of the format about the line as a whole, see `ChatLineValidator`. */
  invalid: 'it would not be a valid line',
} as const

/** Returns the error that excludes a conversation; `detail` is what the API sent, of any type. */
export function excluded(reason: keyof typeof exclusionReasons, detail?: unknown): ExcludedError {
  const text = exclusionReasons[reason]
  return new ExcludedError(reason, typeof detail === 'string' ? `${text}: ${detail.slice(0, 100)}` : text)
}
