import { hash } from 'node:crypto'

import { fieldsOf, stringIn, stringMember } from '../../../model/entries/fields.ts'
import { elements, isArrayText, member } from '../../../model/json/json-text.ts'
import type { Source } from '../source.ts'

/** Returns the name for a function at the target: its own if it is valid. */
export type Naming = (name: string) => string

/** A valid name. Connectors and MCP servers have longer ones, with dots, slashes and spaces. */
const NAME = /^[a-zA-Z0-9_-]{1,64}$/

/** Longest part of a name before a hash suffix. */
const STEM = 55

/** Maps the function names of a conversation to valid names: always the same, and no two alike. */
export function namingOf(source: Source): Naming {
  const names = new Set(namesIn(source))
  const taken = new Set(names)
  const renamed = new Map<string, string>()
  for (const name of names) if (!NAME.test(name)) renamed.set(name, freeName(name, taken))
  return (name) => renamed.get(name) ?? name
}

function freeName(name: string, taken: Set<string>): string {
  const plain = name.replaceAll(/[^a-zA-Z0-9_-]/g, '_')
  for (let attempt = 0; ; attempt++) {
    const suffix = hash('sha256', `${attempt} ${name}`, 'hex').slice(0, 8)
    const free = attempt === 0 ? plain : `${plain.slice(0, STEM)}_${suffix}`
    if (!NAME.test(free) || taken.has(free)) continue
    taken.add(free)
    return free
  }
}

/** The names of declared functions, calls and tool executions, in their order. */
function namesIn({ row, agent, entries }: Source): string[] {
  const declared = [row, agent ?? '{}'].flatMap((text) => toolsIn(text)).map(nameOfTool)
  const named = entries.map((text) => {
    const fields = fieldsOf(text)
    const type = stringIn(fields.get('type'))
    return type === 'function.call' || type === 'tool.execution' ? stringIn(fields.get('name')) : null
  })
  return [...declared, ...named].filter((name) => name !== null)
}

function toolsIn(text: string): string[] {
  const tools = member(text, 'tools')?.value ?? 'null'
  return isArrayText(tools) ? elements(tools) : []
}

function nameOfTool(tool: string): string | null {
  return stringMember(member(tool, 'function')?.value ?? 'null', 'name') ?? null
}
