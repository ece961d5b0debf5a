import { fieldsOf, stringIn } from '../../../model/entries/fields.ts'
import { elements, isArrayText, objectText } from '../../../model/json/json-text.ts'
import { neverSent, type Loss } from '../../loss.ts'
import { droppedMembers, makeLoss, type SourceEntry } from '../source.ts'
import { rewriteChunk } from './rewrite-chunk.ts'
import { entryAsText, type RewrittenEntry } from './rewritten-entry.ts'

/** Rewrites a message. `keepsPrefix`: the message may be the last input, where a prefix asks for its continuation. */
export function rewriteMessage(
  entry: SourceEntry,
  { keepsThinking, keepsPrefix }: { readonly keepsThinking: boolean; readonly keepsPrefix: boolean },
): RewrittenEntry {
  const { type, fields } = entry
  const given = fields.get('role') ?? 'null'
  const role = given === 'null' && type === 'message.output' ? 'assistant' : stringIn(given)
  const isKnown = role === 'assistant' || (role === 'user' && type === 'message.input')
  if (!isKnown) return entryAsText(entry, 'unknown-entry-as-text')
  const { content, losses } = rewriteContent(entry, keepsThinking)
  if (content === undefined) {
    const empty = makeLoss('empty-message-dropped', entry, '', entry.text)
    return { inputs: [], losses: [...losses, empty] }
  }
  const isPrefix = keepsPrefix && role === 'assistant' && fields.get('prefix') === 'true'
  const dropped = droppedFields(entry, isPrefix ? [...known, 'prefix'] : known)
  const text = objectText({
    type: JSON.stringify(type),
    role: JSON.stringify(role),
    content,
    prefix: isPrefix ? 'true' : undefined,
  })
  const by = role === 'user' ? 'user' : isPrefix ? 'prefix' : 'assistant'
  return { inputs: [{ text, by }], losses: [...losses, ...dropped] }
}

const known = ['type', 'role', 'content']

/** Losses for the fields that the API does not accept. Null, and a prefix that is false, are no loss. */
export function droppedFields(entry: SourceEntry, sent: readonly string[]): Loss[] {
  const defaults = entry.fields.get('prefix') === 'false' ? ['prefix'] : []
  return droppedMembers(entry, '', entry.fields, [...sent, ...neverSent, ...defaults])
}

/** The content without what cannot be sent; undefined if nothing is left. */
function rewriteContent(
  entry: SourceEntry,
  keepsThinking: boolean,
): { content: string | undefined; losses: readonly Loss[] } {
  const text = entry.fields.get('content') ?? 'null'
  if (text === 'null' || text === '""') return { content: undefined, losses: [] }
  if (stringIn(text) !== null) return { content: text, losses: [] }
  if (!isArrayText(text)) {
    const content = JSON.stringify(text)
    return { content, losses: [makeLoss('value-as-text', entry, 'content', text, content)] }
  }
  const rewritten = elements(text).map((chunk, i) => rewriteChunk(chunk, `content[${i}]`, keepsThinking))
  const losses = rewritten.flatMap((each) =>
    each.losses.map(({ kind, path, before, after }) => makeLoss(kind, entry, path, before, after)),
  )
  const chunks = rewritten.flatMap(({ chunk }) => chunk ?? [])
  const isEmpty = chunks.every(isEmptyText)
  return { content: isEmpty ? undefined : `[${chunks.join(',')}]`, losses }
}

function isEmptyText(chunk: string): boolean {
  const fields = fieldsOf(chunk)
  return fields.get('type') === '"text"' && fields.get('text') === '""'
}
