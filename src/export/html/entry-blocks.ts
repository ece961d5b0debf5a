import type { EntryView, ToolInfo } from '../../model/entries/entry-view.ts'
import { handoffText } from '../../model/entries/entry-text.ts'
import { stringIn, type Fields } from '../../model/entries/fields.ts'
import { UNREADABLE } from '../pages/entry-heading.ts'
import { shownValue } from '../pages/shown-value.ts'
import type { Block } from './block.ts'
import { codeBlocks, contentBlocks, jsonBlocks } from './chunk-blocks.ts'
import { html } from './markup.ts'
import type { SourceScope } from './source-scope.ts'
import { visibleText } from './visible-text.ts'

/** Yields the content of an entry, and what no field of its kind has. */
export function* entryBlocks(entry: EntryView, scope: SourceScope): Generator<Block> {
  yield* ownBlocks(entry, scope)
  if (entry.rest !== undefined) yield* jsonBlocks(entry.rest, { summary: 'Other fields' })
}

/** Not a generator, so that the compiler finds a kind without a case. */
function ownBlocks(entry: EntryView, scope: SourceScope): Iterable<Block> {
  switch (entry.kind) {
    case 'message':
      return contentBlocks(entry.chunks, scope)
    case 'execution':
      return executionBlocks(entry)
    case 'call':
      return valueBlocks('Arguments', entry.arguments)
    case 'result':
      return entry.result === undefined || entry.result === '""'
        ? [label('Result: empty')]
        : valueBlocks('Result', entry.result)
    case 'handoff':
      return [{ content: html`<p>${visibleText(handoffText(entry))}</p>` }]
    case 'unknown':
      return entry.type === UNREADABLE ? unreadableBlocks(entry.fields) : jsonBlocks(entry.json)
  }
}

function* executionBlocks(entry: EntryView & { readonly kind: 'execution' }): Generator<Block> {
  const { arguments: given, function: called, info } = entry
  yield* valueBlocks('Arguments', given)
  if (stringIn(called) === null) yield* valueBlocks('Function', called)
  yield* valueBlocks('Info', info.rest)
  yield* codeAndOutput(info)
  if (given === undefined && Object.values(info).every((part) => part === undefined))
    yield label('The API returns no details.')
}

function* codeAndOutput({ code, output }: ToolInfo): Generator<Block> {
  if (code !== undefined && code !== '') {
    yield label('Code')
    yield* codeBlocks(code, 'python')
  }
  if (output !== undefined && output !== '') {
    yield label('Output')
    yield* codeBlocks(output, '')
  } else if (code !== undefined) yield label('No output')
}

/** Yields arguments or results: as JSON or as text. */
function* valueBlocks(name: string, json: string | undefined): Generator<Block> {
  if (json === undefined) return
  yield label(name)
  const { kind, text } = shownValue(json)
  yield* kind === 'json' ? jsonBlocks(text) : codeBlocks(text, '')
}

/** Yields the reason why something cannot be read, and what is left of its text. */
export function* unreadableBlocks(fields: Fields): Generator<Block> {
  const [reason, text] = [stringIn(fields.get('reason')), stringIn(fields.get('text'))]
  yield label(`This cannot be read: ${reason ?? 'unknown reason'}`)
  if (text !== null) yield* codeBlocks(text, '')
}

function label(text: string): Block {
  return {
    content: html`<p class="label">${visibleText(text)}</p>`,
  }
}
