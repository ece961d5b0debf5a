import { fieldsOf } from '../../model/entries/fields.ts'
import {
  elements,
  isArrayText,
  joinMembers,
  member,
  members,
  objectText,
} from '../../model/json/json-text.ts'
import type { Body } from '../account/request-context.ts'
import type { Behaviour } from '../behaviour.ts'
import { formatTimestamp, type IdKind, type IdGenerator } from '../id-generator.ts'

const prefixes: Readonly<Record<string, IdKind>> = {
  'message.input': 'msg',
  'message.output': 'msg',
  'function.call': 'fc',
  'function.result': 'fr',
  'tool.execution': 'tool_exec',
  'agent.handoff': 'handoff',
}

/** Returns the inputs of a request as history entries: with id and times, everything else as it was sent. */
export function readInputs(body: Body, ids: IdGenerator): string[] {
  const inputs = body.text('inputs')
  if (inputs === undefined) return []
  if (!isArrayText(inputs)) return [stamp(`{"role":"user","content":${inputs}}`, ids)]
  return elements(inputs).map((text) => stamp(text, ids))
}

/** Tells whether a request has no inputs; restart accepts `""` for that. */
export function hasNoInputs(body: Body): boolean {
  return body.value['inputs'] === '' || body.value['inputs'] === undefined
}

/** Builds completion_args for the row of a new conversation. */
export function completionArgsText(body: Body, setting: Behaviour['completionArgs']): string {
  const sent = body.text('completion_args')
  if (sent === undefined && setting === 'null') return 'null'
  const given = fieldsOf(sent ?? '{}')
  return objectText({
    ...Object.fromEntries(completionFields.map((name) => [name, given.get(name) ?? 'null'])),
    tool_choice: given.get('tool_choice') ?? '"auto"',
    reasoning_effort: given.get('reasoning_effort'),
  })
}

const completionFields = [
  'stop',
  'presence_penalty',
  'frequency_penalty',
  'temperature',
  'top_p',
  'max_tokens',
  'random_seed',
  'prediction',
  'response_format',
]

function stamp(text: string, ids: IdGenerator): string {
  const type = member(text, 'type')?.value ?? '"message.input"'
  const id = ids.create(prefixes[JSON.parse(type) as string] ?? 'msg')
  const given: Record<string, string> = {
    object: '"entry"',
    type,
    created_at: `"${formatTimestamp(ids.now())}"`,
    completed_at: 'null',
    id: `"${id}"`,
  }
  const kept = members(text).filter(({ key }) => !Object.hasOwn(given, key))
  return joinMembers([...kept.map(({ key, value }) => [key, value] as const), ...Object.entries(given)])
}
