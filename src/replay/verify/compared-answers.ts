import type { ComparedAnswers } from './certificate.ts'
import { entryType, readForm, type CopyEntry, type EntryForm } from './entry-form.ts'
import type { ExpectedEntry } from './expected-entries.ts'
import { objectOf, stringOf, treeOf } from './json-tree.ts'

/** An input that was sent, with its index in the copy. */
export interface Turn extends ExpectedEntry {
  readonly index: number
}

/** Collects the answers to each turn at the source and at the target. */
export function compareAnswers(
  turns: readonly Turn[],
  source: readonly string[],
  found: readonly CopyEntry[],
): ComparedAnswers[] {
  const forms = source.map(readForm)
  return turns.flatMap(({ position, form, index }, i) => {
    const next = turns[i + 1]
    const answer = found.slice(index + 1, next?.index).map((entry) => entry.form)
    if (answer.length === 0 && next !== undefined) return [] // the next input belongs to the same question
    return {
      position,
      asked: describeEntry(form),
      source: describeEntries(forms.slice(position + 1, next?.position)),
      target: describeEntries(answer),
    }
  })
}

/** Entries as text for people: messages, calls and results; for others only the type. */
function describeEntries(forms: readonly EntryForm[]): string {
  return forms.map(describeEntry).join('\n')
}

function describeEntry(form: EntryForm): string {
  const type = entryType(form) ?? 'entry'
  const name = stringOf(form.get('name')) ?? type
  if (type === 'function.call') return `[call: ${name}(${form.get('arguments') ?? ''})]`
  const result = form.get('result')
  if (type === 'function.result') return `[result: ${stringOf(result) ?? result ?? ''}]`
  if (type === 'tool.execution') return `[tool: ${name}]`
  if (!type.startsWith('message.')) return `[${type}]`
  const content = treeOf(form.get('content') ?? '[]')
  const chunks = Array.isArray(content) ? content : [content]
  return chunks
    .map((chunk) => stringOf(chunk) ?? `[${stringOf(objectOf(chunk).get('type')) ?? 'chunk'}]`)
    .join('')
}
