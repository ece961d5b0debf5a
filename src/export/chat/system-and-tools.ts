import { findReferences } from '../../model/entries/references.ts'
import { elements, member } from '../../model/json/json-text.ts'
import type { DependencyReader } from '../format.ts'
import type { JsonValue } from '../json-value.ts'
import { textContent, type ChatContent } from './chat-content.ts'
import { excluded } from './exclusion-reasons.ts'

/**
 * Returns the system message of a conversation, if it has one, and its functions, as JSON. They are read from its row, or
 * from its agent at the version that the row names. Tools that run on the server have no definition, so they are not
 * included.
 *
 * @throws ExcludedError if instructions are wanted but the agent is not archived
 */
export function systemAndTools(
  row: JsonValue,
  dependencies: DependencyReader,
  options: ChatContent & { readonly withSystem: boolean },
) {
  const { withSystem } = options
  const source = instructionSource(row, dependencies)
  if (source === undefined && withSystem) throw excluded('agent')
  return {
    system: withSystem ? systemMessage(source ?? '{}', options) : undefined,
    tools: elements(member(source ?? '{}', 'tools')?.value ?? '[]').flatMap(functionDefinition),
  }
}

/** Returns the row or the agent that has the instructions; undefined if the agent is not archived. */
function instructionSource({ text }: JsonValue, dependencies: DependencyReader): string | undefined {
  const [agent] = findReferences(text, [])
  return agent === undefined ? text : (dependencies.read(agent)?.json ?? undefined)
}

function systemMessage(source: string, options: ChatContent): string | undefined {
  const text = member(source, 'instructions')?.value ?? 'null'
  if (text === 'null' || text === '""') return undefined
  return `{"role":"system","content":${textContent(text, options)}}`
}

/** Returns the definition in the form of the format, without `strict`. The texts are not encoded again. */
function functionDefinition(tool: string): string[] {
  if (member(tool, 'type')?.value !== '"function"') return []
  const definition = member(tool, 'function')?.value ?? '{}'
  const of = (key: string) => member(definition, key)?.value ?? 'null'
  const description = of('description') === 'null' ? '""' : of('description')
  return [
    `{"type":"function","function":{"name":${of('name')},"description":${description},"parameters":${of('parameters')}}}`,
  ]
}
