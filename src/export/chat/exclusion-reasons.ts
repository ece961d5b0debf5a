import { ExcludedError } from '../exclusion.ts'

/**
 * What a line can't say, and what the user is told instead: such a conversation is left out and named. Nothing
 * is bent to fit, nothing but what `--drop` names is left away, no turn is cut off.
 */
export const exclusionReasons = {
  /** A text has decayed in the archive; a line without it would be another conversation. */
  unreadable: 'a part of it can’t be read',
  /** What is not in the specification may mean anything. */
  entry: 'it has an entry that the format does not know',
  /** A line has one assistant, with one system message and one set of tools. */
  handoff: 'agents handed it on to one another, and a line has one assistant',
  /** A call needs a definition, which no archive has, and a result: those of searches are not archived either. */
  execution: 'a tool ran on the server, and the format has functions only (--drop executions)',
  /** `user` and `assistant` alone are said by entries. */
  role: 'a message has a role that the format does not know',
  /** The answer that follows goes on where the given beginning ended, or repeats it: that is not known. */
  prefix: 'the beginning of an answer was given',
  content: 'the content of a message is neither text nor parts of one',
  /** Files, documents, and what is not in the specification. */
  chunk: 'a message has a part that the format does not know',
  /** The format takes images, as the vision models do, from the user alone. */
  image: 'an image stands where the format takes none',
  textOnly: 'a message is more than one text (--text-only)',
  thinking: 'the assistant thought aloud, and the format has no form for it (--drop thinking)',
  reference: 'a message cites sources, and the format has no form for them (--drop references)',
  /** It waits for a person's confirmation, or the person denied it. */
  refused: 'a call was not carried out, which the format can’t say',
  /** Cut off in the middle, they are worth nothing as an example. */
  arguments: 'the arguments of a call are not the JSON of an object',
  result: 'the result of a call is not text',
  /** Readers give a field one type: a file in which it has two is refused as a whole. */
  toolTypes: 'a field of its tool definitions has another JSON type than in an earlier line',
  /** An agent's instructions and functions stand in the agent alone. */
  agent: 'its agent is not in the archive, and so are its instructions (--system)',
  /** Equal messages are written once, by the oldest conversation that has them; a fork that is longer has others. */
  duplicate: 'its messages are the same as those of',
  /** A rule of the format that no entry breaks alone, see `LineCheck`: a call without a result, no answer at the end. */
  invalid: 'it would be no valid line',
} as const

/** Returns the error that excludes a conversation; `detail` is what the API sent, of any type. */
export function excluded(reason: keyof typeof exclusionReasons, detail?: unknown): ExcludedError {
  const text = exclusionReasons[reason]
  return new ExcludedError(typeof detail === 'string' ? `${text}: ${detail.slice(0, 100)}` : text)
}
