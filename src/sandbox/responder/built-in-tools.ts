import { isObject } from '../../model/json/parse-json.ts'
import type { Chunk, Draft, Tool } from './draft.ts'

/** The result of a tool: an entry, and chunks for the message that follows. */
interface Run {
  readonly draft: Draft
  readonly chunks: readonly Chunk[]
}

/** Calls a declared function with arguments that fit its parameters. */
export function callFunction(tool: Tool, hash: number): Draft {
  const { name = '', parameters = {} } = tool.function ?? {}
  const properties = isObject(parameters['properties']) ? parameters['properties'] : {}
  const values = Object.entries(properties).map(([key, schema]) => [key, sample(schema, hash)])
  return { kind: 'call', name, arguments: spaced(Object.fromEntries(values)) }
}

/** Runs a tool that the service itself executes. */
export function runBuiltIn(tool: Tool, hash: number): Run {
  const execution = (args: Readonly<Record<string, unknown>>) =>
    ({ kind: 'execution', name: tool.type, arguments: spaced(args) }) as const
  switch (tool.type) {
    case 'web_search':
    case 'web_search_premium':
      return { draft: execution({ query: `rivers ${hash % 100}` }), chunks: references(tool, hash) }
    case 'code_interpreter': {
      const n = (hash % 5) + 3
      const code = `def triangle(n):\n    return n * (n + 1) // 2\n\ntriangle(${n})`
      const info = { code, code_output: `${(n * (n + 1)) / 2}\n` }
      return { draft: { ...execution({ code }), info }, chunks: [] }
    }
    case 'image_generation': {
      const file = { type: 'tool_file', tool: tool.type, file_name: 'image_generated_0', file_type: 'png' }
      return { draft: execution({ prompt: 'a river' }), chunks: [file] }
    }
    case 'connector': {
      const name = tool.connector_id ?? tool.type
      return { draft: { ...execution({ page: hash % 7 }), name, function: 'lookup' }, chunks: [] }
    }
    default:
      return { draft: execution({ query: 'silt' }), chunks: [] }
  }
}

function references(tool: Tool, hash: number): Chunk[] {
  return [1, 2].map((n) => ({
    type: 'tool_reference',
    tool: tool.type,
    title: `Reference ${(hash % 1000) + n}`,
    url: `https://example.org/${hash.toString(16)}/${n}`,
    source: 'brave',
  }))
}

function sample(schema: unknown, hash: number): unknown {
  if (!isObject(schema)) return null
  if (Array.isArray(schema['enum'])) return schema['enum'][hash % schema['enum'].length] as unknown
  switch (schema['type']) {
    case 'integer':
    case 'number':
      return hash % 100
    case 'boolean':
      return hash % 2 === 0
    case 'array':
      return []
    case 'object':
      return {}
    default:
      return schema['format'] === 'date' ? '2024-06-06' : `sample ${hash % 100}`
  }
}

/** Formats JSON as the service does in arguments: `{"date": "2024-06-06"}`. */
function spaced(value: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${JSON.stringify(each)}`)
  return `{${pairs.join(', ')}}`
}
