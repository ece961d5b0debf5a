import { byType, stringOf, type Entry } from '../../model/entry.ts'
import { instantOf } from '../../model/instant.ts'
import { contentParts } from './content.ts'
import { fence, jsonFence } from './fence.ts'
import { asObject, memberOf, type JsonValue } from './json-value.ts'
import type { EntryScope, Part } from './parts.ts'
import { escaped, wordsOf } from './plain-text.ts'

/** How one type of entry is shown. */
interface Form {
  title(entry: Entry): string
  parts(entry: JsonValue, scope: EntryScope): Iterable<Part>
}

/** An entry on its page: an anchor, a heading, what it says, and its footnotes. */
export function* entryParts(entry: JsonValue, scope: EntryScope): Generator<Part> {
  const known = asObject(entry.value) as Entry
  const form = byType(forms, known.type)
  const facts = [timeOf(known['created_at']), stringOf(known['model'])].filter((fact) => fact !== undefined)
  const title = [(form ?? unknown).title(known), ...facts.map((fact) => escaped(fact))].join(' · ')
  yield `<a id="entry-${scope.position}"></a>\n\n## ${title}\n\n`
  yield* (form ?? unknown).parts(entry, scope)
  yield* scope.notes()
}

const unknown: Form = {
  title: ({ type }) => `${escaped(wordsOf(type) ?? 'Entry without a type')} (unknown to this hansard)`,
  parts: ({ text }) => jsonFence(text),
}

const forms: Readonly<Record<string, Form>> = {
  'message.input': message('user'),
  'message.output': message('assistant'),
  'tool.execution': {
    title: (entry) => named('Tool', entry['name'], entry['function']),
    *parts(entry) {
      const [given, info] = [memberOf(entry, 'arguments'), memberOf(entry, 'info')]
      yield* opaque('Arguments', given)
      if (info !== undefined) yield* infoParts(info)
      if (given === undefined && info === undefined) yield '*The API says no more of it.*\n\n'
    },
  },
  'function.call': {
    title: (entry) => named('Function call', entry['name'], entry['tool_call_id']),
    *parts(entry) {
      yield* opaque(undefined, memberOf(entry, 'arguments'))
    },
  },
  'function.result': {
    title: (entry) => named('Function result', entry['tool_call_id']),
    *parts(entry) {
      const result = memberOf(entry, 'result')
      if (result === undefined || result.value === '') yield '*empty*\n\n'
      else yield* opaque(undefined, result)
    },
  },
  'agent.handoff': {
    title: () => 'Handoff',
    *parts({ value }) {
      yield `From ${agentOf(asObject(value), 'previous')} to ${agentOf(asObject(value), 'next')}\n\n`
    },
  },
  'hansard.unreadable': {
    title: () => 'Unreadable',
    *parts({ value }) {
      const { reason, text } = asObject(value)
      yield `*This entry could not be read: ${escaped(wordsOf(reason) ?? 'no reason is known')}.*\n\n`
      if (typeof text === 'string') yield* fence(text, 'text')
    },
  },
}

function message(otherwise: string): Form {
  return {
    title: ({ role }) => {
      const who = stringOf(role) ?? otherwise
      return escaped(who.charAt(0).toUpperCase() + who.slice(1))
    },
    parts: (entry, scope) => contentParts(memberOf(entry, 'content'), scope),
  }
}

function named(what: string, ...names: readonly unknown[]): string {
  const known = names.map(wordsOf).filter((name) => name !== undefined)
  return known.length === 0 ? what : `${what}: ${known.map((name) => escaped(name)).join(' · ')}`
}

/** The code that an interpreter ran and what it printed; whatever else a tool said of itself, as JSON. */
function* infoParts(info: JsonValue): Generator<string> {
  const { code, code_output, ...rest } = asObject(info.value)
  const [ran, printed] = [stringOf(code), stringOf(code_output)]
  const isPlain = (ran === undefined) === (code === undefined) && typeof (code_output ?? '') === 'string'
  if (ran === undefined || !isPlain || Object.keys(rest).length > 0) yield* opaque('Info', info)
  if (ran === undefined || !isPlain) return
  yield 'Code:\n\n'
  yield* fence(ran, 'python')
  if (printed !== undefined) {
    yield 'Output:\n\n'
    yield* fence(printed, 'text')
  } else yield 'It printed nothing.\n\n'
}

/** Arguments and results are whatever somebody sent: JSON if they are, also within a string, and text otherwise. */
function* opaque(label: string | undefined, json: JsonValue | undefined): Generator<string> {
  if (json === undefined) return
  if (label !== undefined) yield `${label}:\n\n`
  const { text, value } = json
  if (typeof value !== 'string') yield* jsonFence(text)
  else if (isJsonOfMany(value)) yield* jsonFence(value)
  else yield* fence(value, 'text')
}

/** An object or an array; a bare number or word reads better as the text that it is. */
function isJsonOfMany(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function agentOf(entry: Readonly<Record<string, unknown>>, which: 'previous' | 'next'): string {
  const [name, id] = [wordsOf(entry[`${which}_agent_name`]), wordsOf(entry[`${which}_agent_id`])]
  if (name === undefined) return escaped(id ?? 'an agent that is not named')
  return id === undefined ? escaped(name) : `${escaped(name)} (${escaped(id)})`
}

function timeOf(value: unknown): string | undefined {
  const time = typeof value === 'string' ? (instantOf(value) ?? value) : undefined
  return time?.slice(0, 19).replace('T', ' ')
}
