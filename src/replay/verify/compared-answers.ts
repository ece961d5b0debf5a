import type { ComparedAnswers } from './certificate.ts'
import { entryForm, entryType, type EntryForm } from './entry-form.ts'
import type { ExpectedEntry } from './expected-entries.ts'
import type { CopyEntry } from './found-entries.ts'
import { stringOf, textOf, treeOf } from './json-tree.ts'

/** Collects the answers to each turn at the source and at the target. */
export function compareAnswers(
  asked: readonly ExpectedEntry[],
  indexes: readonly number[],
  source: readonly string[],
  found: readonly CopyEntry[],
): ComparedAnswers[] {
  const forms = source.map((text) => entryForm(treeOf(text)))
  const turns = asked.map(({ position, form }, i) => ({ position, form, index: indexes[i] ?? 0 }))
  return turns.flatMap(({ position, form, index }, i): ComparedAnswers[] => {
    const next = turns[i + 1]
    const sourceAnswer = forms.slice(position + 1, next?.position)
    const targetAnswer = found.slice(index + 1, next?.index).map((entry) => entry.form)
    if (targetAnswer.length === 0 && next !== undefined) return [] // the next input belongs to the same question
    return [
      {
        entry: position,
        asked: describeEntries([form]),
        source: describeEntries(sourceAnswer),
        target: describeEntries(targetAnswer),
      },
    ]
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
  if (type === 'function.result')
    return `[result: ${stringOf(form.get('result')) ?? form.get('result') ?? ''}]`
  if (type === 'tool.execution') return `[tool: ${name}]`
  if (!type.startsWith('message.')) return `[${type}]`
  const content = treeOf(form.get('content') ?? '[]')
  const chunks = Array.isArray(content) ? content : [content]
  return chunks.map((chunk) => stringOf(chunk) ?? `[${chunkName(textOf(chunk))}]`).join('')
}

function chunkName(text: string): string {
  const chunk = treeOf(text)
  return (chunk instanceof Map ? stringOf(chunk.get('type')) : undefined) ?? 'chunk'
}
