import { fieldsOf, stringMember } from '../../model/entries/fields.ts'
import { elements, isArrayText } from '../../model/json/json-text.ts'
import type { CopyDifference, Replayed } from './certificate.ts'
import { typeOf } from './entry-form.ts'
import type { Expected } from './expected-entries.ts'
import { stringOf, treeOf, type TreeObject } from './json-tree.ts'
import { pathOf, textAt, treeAt } from './value-path.ts'

/** A function: its name at the source, and the one under which it is sent. */
interface Named {
  readonly entry: number | null
  readonly from: string
  readonly to: string
}

/** However functions are called over there: one function keeps one name, and no two get the same. */
export function functionsApart(
  { source }: Pick<Replayed, 'source'>,
  expected: readonly Expected[],
  row: TreeObject,
): CopyDifference[] {
  const [names, origins] = [new Map<string, string>(), new Map<string, string>()]
  return [...inEntries(source.entries, expected), ...inTools(source, row)].flatMap(({ entry, from, to }) => {
    const [name, origin] = [names.get(from) ?? to, origins.get(to) ?? from]
    names.set(from, name)
    origins.set(to, origin)
    const detail =
      name !== to
        ? `the function ${from} is called both ${name} and ${to}`
        : `the functions ${origin} and ${from} are both called ${to}`
    const isApart = name !== to || origin !== from
    return isApart ? [{ entry, path: 'name', kind: 'apart' as const, detail, expected: from, found: to }] : []
  })
}

/** The names of functions that are declared to be called otherwise over there, as JSON texts. */
export function renamedTools({ source, losses }: Replayed): ReadonlyMap<string, string> {
  return new Map(
    losses.flatMap(({ kind, position, path, after }): [string, string][] => {
      if (kind !== 'function-renamed' || position !== null || after === null) return []
      const steps = pathOf(path) ?? []
      const given = textAt(source.row, steps) ?? textAt(source.agent ?? '{}', steps)
      return given === undefined ? [] : [[asName(given), asName(after)]]
    }),
  )
}

function asName(text: string): string {
  return JSON.stringify(stringOf(treeOf(text)) ?? '')
}

function inEntries(source: readonly string[], expected: readonly Expected[]): Named[] {
  return expected.flatMap(({ position, form }): Named[] => {
    const from = stringMember(source[position] ?? '{}', 'name')
    const to = stringOf(form.get('name'))
    if (typeOf(form) !== 'function.call' || from === undefined || to === undefined) return []
    return [{ entry: position, from, to }]
  })
}

function inTools({ row, agent }: Replayed['source'], sent: TreeObject): Named[] {
  const [own, its] = [row, agent ?? '{}'].map((text) => fieldsOf(text).get('tools') ?? 'null')
  const isOwn = own !== undefined && isArrayText(own) && elements(own).length > 0
  const tools = isOwn ? own : (its ?? 'null')
  if (!isArrayText(tools)) return []
  return elements(tools).flatMap((tool, i): Named[] => {
    const name = textAt(tool, ['function', 'name'])
    const from = name === undefined ? undefined : stringOf(treeOf(name))
    const to = stringOf(treeAt(sent, ['tools', i, 'function', 'name']))
    return from === undefined || to === undefined ? [] : [{ entry: null, from, to }]
  })
}
