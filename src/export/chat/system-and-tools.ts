import type { Dependencies } from '../../archive/content/dependencies.ts'
import { referencesOf } from '../../model/entries/references.ts'
import { elements, member } from '../../model/json/json-text.ts'
import type { JsonValue } from '../json-value.ts'
import { textContent, type ChatContent } from './chat-content.ts'
import { excluded } from './exclusion-reasons.ts'

/** What a conversation stands on: the system message, if there is one, and its functions, as JSON. */
export interface SystemAndTools {
  readonly system: string | undefined
  readonly tools: readonly string[]
}

/**
 * Reads what was said to the model and which functions it was offered: they stand in the conversation's row or in its
 * agent, at the version that the row names. Tools that run on the server have no definition that a line could carry.
 *
 * @throws ExcludedError where instructions are wanted and the agent is not archived
 */
export function systemAndTools(
  row: JsonValue,
  dependencies: Pick<Dependencies, 'read'>,
  options: ChatContent & { readonly withSystem: boolean },
): SystemAndTools {
  const { withSystem } = options
  const source = instructionSource(row, dependencies)
  if (source === undefined && withSystem) throw excluded('agent')
  return {
    system: withSystem ? systemMessage(source ?? '{}', options) : undefined,
    tools: elements(member(source ?? '{}', 'tools')?.value ?? '[]').flatMap(functionDefinition),
  }
}

/** The text that has the instructions: of the row or of the agent. */
function instructionSource(
  { text }: JsonValue,
  dependencies: Pick<Dependencies, 'read'>,
): string | undefined {
  const [agent] = referencesOf(text, [])
  return agent === undefined ? text : (dependencies.read(agent)?.json ?? undefined)
}

function systemMessage(source: string, options: ChatContent): string | undefined {
  const text = member(source, 'instructions')?.value ?? 'null'
  if (text === 'null' || text === '""') return undefined
  return `{"role":"system","content":${textContent(text, options)}}`
}

/** The definition as the format has it; whether decoding was strict is no part of it. The texts are not encoded again. */
function functionDefinition(tool: string): string[] {
  if (member(tool, 'type')?.value !== '"function"') return []
  const definition = member(tool, 'function')?.value ?? '{}'
  const of = (key: string) => member(definition, key)?.value ?? 'null'
  const description = of('description') === 'null' ? '""' : of('description')
  return [
    `{"type":"function","function":{"name":${of('name')},"description":${description},"parameters":${of('parameters')}}}`,
  ]
}
