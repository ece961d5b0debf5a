import { fieldsOf, stringMember } from '../../model/entries/fields.ts'
import { elements, isArrayText } from '../../model/json/json-text.ts'
import type { CopyDifference, Replayed } from './certificate.ts'
import { difference } from './difference.ts'
import { entryType } from './entry-form.ts'
import type { ExpectedEntry } from './expected-entries.ts'
import { stringOf, treeOf, type TreeObject } from './json-tree.ts'
import { parsePath, textAt, treeAt } from './value-path.ts'

/** A function's name at the source and at the target. */
interface FunctionName {
  readonly position: number | null
  readonly from: string
  readonly to: string
}

/** Finds functions that got two names, or the name of another function. */
export function confusedFunctions(
  { source }: Replayed,
  expected: readonly ExpectedEntry[],
  row: TreeObject,
): CopyDifference[] {
  const [names, origins] = [new Map<string, string>(), new Map<string, string>()]
  return [...namesInEntries(source.entries, expected), ...namesInTools(source, row)].flatMap(
    ({ position, from, to }) => {
      const [name, origin] = [names.get(from) ?? to, origins.get(to) ?? from]
      names.set(from, name)
      origins.set(to, origin)
      const detail =
        name !== to
          ? `the function ${from} is sent both as ${name} and as ${to}`
          : `the functions ${origin} and ${from} are both sent as ${to}`
      if (name === to && origin === from) return []
      return difference(position, 'apart', detail, { path: 'name', expected: from, found: to })
    },
  )
}

/** The names of tools that are declared as renamed, as JSON texts: from the source's to the target's. */
export function renamedTools({ source, losses }: Replayed): ReadonlyMap<string, string> {
  return new Map(
    losses.flatMap(({ kind, position, path, after }): [string, string][] => {
      if (kind !== 'function-renamed' || position !== null || after === null) return []
      const steps = parsePath(path) ?? []
      const given = textAt(source.row, steps) ?? textAt(source.agent ?? '{}', steps)
      return given === undefined ? [] : [[asName(given), asName(after)]]
    }),
  )
}

function asName(text: string): string {
  return JSON.stringify(stringOf(treeOf(text)) ?? '')
}

function namesInEntries(source: readonly string[], expected: readonly ExpectedEntry[]): FunctionName[] {
  return expected.flatMap(({ position, form }): FunctionName[] => {
    const from = stringMember(source[position] ?? '{}', 'name')
    const to = stringOf(form.get('name'))
    if (entryType(form) !== 'function.call' || from === undefined || to === undefined) return []
    return [{ position, from, to }]
  })
}

function namesInTools({ row, agent }: Replayed['source'], sent: TreeObject): FunctionName[] {
  const [ofRow, ofAgent] = [row, agent ?? '{}'].map((text) => fieldsOf(text).get('tools') ?? 'null')
  const hasOwnTools = ofRow !== undefined && isArrayText(ofRow) && elements(ofRow).length > 0
  const tools = hasOwnTools ? ofRow : (ofAgent ?? 'null')
  if (!isArrayText(tools)) return []
  return elements(tools).flatMap((tool, i): FunctionName[] => {
    const name = textAt(tool, ['function', 'name'])
    const from = name === undefined ? undefined : stringOf(treeOf(name))
    const to = stringOf(treeAt(sent, ['tools', i, 'function', 'name']))
    return from === undefined || to === undefined ? [] : [{ position: null, from, to }]
  })
}
