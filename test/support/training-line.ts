import { Ajv2020 } from 'ajv/dist/2020.js'

/*
 * The rules that readers of `messages` document, written independently of our code: the shapes as a schema, the order as
 * mistral-common's validator checks it for training.
 */

const text = { type: 'string' }
const functionName = { type: 'string', pattern: '^[a-zA-Z0-9_-]{1,64}$' }
const callId = { type: 'string', pattern: '^[a-zA-Z0-9]{9}$' }

const strict = (properties: Record<string, object>, optional: readonly string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((key) => !optional.includes(key)),
  additionalProperties: false,
})

const call = strict({
  id: callId,
  type: { const: 'function' },
  function: strict({ name: functionName, arguments: text }),
})
const imageUrl = strict({ url: text, detail: text }, ['detail'])
const part = {
  oneOf: [
    strict({ type: { const: 'text' }, text }),
    strict({ type: { const: 'image_url' }, image_url: imageUrl }),
  ],
}
const texts = (least: object = {}) => ({
  anyOf: [
    { ...text, ...least },
    {
      type: 'array',
      items: strict({ type: { const: 'text' }, text: { ...text, ...least } }),
      minItems: 1,
      maxItems: 1,
    },
  ],
})
const message = {
  oneOf: [
    strict({ role: { const: 'system' }, content: texts() }),
    strict({
      role: { const: 'user' },
      content: { anyOf: [text, { type: 'array', items: part, minItems: 1 }] },
    }),
    strict({ role: { const: 'assistant' }, content: texts({ minLength: 1 }) }),
    strict({ role: { const: 'assistant' }, tool_calls: { type: 'array', items: call, minItems: 1 } }),
    strict({ role: { const: 'tool' }, content: texts(), tool_call_id: callId }),
  ],
}
const tool = strict({
  type: { const: 'function' },
  function: strict({ name: functionName, description: text, parameters: { type: 'object' } }),
})

const fits = new Ajv2020().compile<TrainingLine>(
  strict(
    {
      messages: { type: 'array', items: message, minItems: 2 },
      tools: { type: 'array', items: tool, minItems: 1 },
    },
    ['tools'],
  ),
)

/** A message of a training line. */
export interface TrainingMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly content?: unknown
  readonly tool_calls?: readonly {
    readonly id: string
    readonly function: { readonly name: string; readonly arguments: string }
  }[]
  readonly tool_call_id?: string
}

/** A training line. */
export interface TrainingLine {
  readonly messages: readonly TrainingMessage[]
  readonly tools?: readonly { readonly function: { readonly name: string } }[]
}

const mayFollow: Readonly<Record<TrainingMessage['role'], readonly TrainingMessage['role'][]>> = {
  system: ['user', 'assistant'],
  user: ['user', 'assistant'],
  assistant: ['user', 'assistant', 'tool'],
  tool: ['assistant', 'tool'],
}

/** Returns what is wrong with a line; nothing if every reader accepts it. */
export function faultsOf(line: string): string[] {
  const value: unknown = JSON.parse(line)
  if (!fits(value)) return [`it does not fit the schema: ${JSON.stringify(fits.errors?.slice(0, 3))}`]
  return [...orderFaults(value), ...callFaults(value)]
}

function orderFaults({ messages }: TrainingLine): string[] {
  const roles = messages.map(({ role }) => role)
  return [
    ...(roles.at(-1) === 'assistant' ? [] : ['the assistant is not the last']),
    ...(roles.includes('user') ? [] : ['there is no user']),
    ...(roles[0] === 'tool' ? ['a result is the first'] : []),
    ...roles.slice(1).flatMap((role, i) => {
      const before = roles[i] ?? 'tool'
      return mayFollow[before].includes(role) ? [] : [`${role} after ${before}`]
    }),
  ]
}

function callFaults({ messages, tools = [] }: TrainingLine): string[] {
  const defined = tools.map((tool) => tool.function.name)
  const faults: string[] = []
  let expected: string[] = []
  for (const { role, tool_calls = [], tool_call_id = '' } of messages) {
    if (role === 'tool') {
      if (!expected.includes(tool_call_id)) faults.push(`a result of no call: ${tool_call_id}`)
      expected = expected.filter((id) => id !== tool_call_id)
      continue
    }
    if (expected.length > 0) faults.push(`calls without a result: ${expected.join()}`)
    expected = tool_calls.map(({ id }) => id)
    for (const { name, arguments: given } of tool_calls.map((each) => each.function)) {
      if (!defined.includes(name)) faults.push(`${name} is not defined`)
      if (!isJsonObject(given)) faults.push(`arguments are not a JSON object: ${given}`)
    }
  }
  return faults
}

function isJsonObject(text: string): boolean {
  try {
    return text.trimStart().startsWith('{') && typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}

/** Returns the fields that change their JSON type between lines, which Arrow and Hugging Face datasets refuse. */
export function changingFields(lines: readonly string[]): string[] {
  const types = new Map<string, Set<string>>()
  const walk = (value: unknown, at: string): void => {
    if (value === null) return
    const type = Array.isArray(value) ? 'array' : typeof value
    types.set(at, (types.get(at) ?? new Set()).add(type))
    if (typeof value === 'object')
      for (const [key, inner] of Object.entries(value))
        walk(inner, `${at}/${Array.isArray(value) ? '[]' : key}`)
  }
  for (const line of lines) walk(JSON.parse(line), '')
  return [...types].filter(([, all]) => all.size > 1).map(([at, all]) => `${at}: ${[...all].join(' and ')}`)
}
