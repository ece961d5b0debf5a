import { elements, isArrayText, joinMembers, member, members } from '../../model/json/json-text.ts'
import type { Body } from '../account/request-context.ts'
import type { Behaviour } from '../behaviour.ts'
import { timestamp, type IdKind, type IdGenerator } from '../id-generator.ts'

const prefixes: Readonly<Record<string, IdKind>> = {
  'message.input': 'msg',
  'message.output': 'msg',
  'function.call': 'fc',
  'function.result': 'fr',
  'tool.execution': 'tool_exec',
  'agent.handoff': 'handoff',
}

/** The entries that a request brings, as the history will have them: with id and times, the rest token for token. */
export function inputTexts(body: Body, mint: IdGenerator): string[] {
  const inputs = body.text('inputs')
  if (inputs === undefined) return []
  if (!isArrayText(inputs)) return [stamp(`{"role":"user","content":${inputs}}`, mint)]
  return elements(inputs).map((text) => stamp(text, mint))
}

/** Does the request say nothing at all? restart takes `""` for that. */
export function saysNothing(body: Body): boolean {
  return body.value['inputs'] === '' || body.value['inputs'] === undefined
}

/** The text of completion_args in the row of a new conversation. */
export function completionArgsText(body: Body, setting: Behaviour['completionArgs']): string {
  const sent = body.text('completion_args')
  if (sent === undefined && setting === 'null') return 'null'
  const given = members(sent ?? '{}')
  const value = (name: string, byDefault: string): string =>
    given.findLast(({ key }) => key === name)?.value ?? byDefault
  const fields = completionFields.map((name) => `"${name}":${value(name, 'null')}`)
  const effort = given.some(({ key }) => key === 'reasoning_effort')
    ? `,"reasoning_effort":${value('reasoning_effort', 'null')}`
    : ''
  return `{${fields.join(',')},"tool_choice":${value('tool_choice', '"auto"')}${effort}}`
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

function stamp(text: string, mint: IdGenerator): string {
  const type = member(text, 'type')?.value ?? '"message.input"'
  const id = mint.id(prefixes[JSON.parse(type) as string] ?? 'msg')
  const given: Record<string, string> = {
    object: '"entry"',
    type,
    created_at: `"${timestamp(mint.now())}"`,
    completed_at: 'null',
    id: `"${id}"`,
  }
  const kept = members(text).filter(({ key }) => !Object.hasOwn(given, key))
  return joinMembers([...kept.map(({ key, value }) => [key, value] as const), ...Object.entries(given)])
}
