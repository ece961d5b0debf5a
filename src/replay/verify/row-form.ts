import {
  present,
  isNothing,
  objectOf,
  stringOf,
  textOf,
  withoutNulls,
  type Tree,
  type TreeObject,
} from './json-tree.ts'

/** The metadata key of a copy's stamp, which is not compared as metadata. */
export const STAMP = 'hansard_replay'

/** The compared members of a row, each in its canonical form. */
export type RowForm = ReadonlyMap<string, string>

/** Set by the service. */
const given = ['object', 'id', 'created_at', 'updated_at']

/**
 * The form of a row. As for entries, null means absent; so do an empty list or object in a row, and the default
 * tool_choice. Secrets of connectors are never compared: no archive has them.
 */
export function rowForm(row: TreeObject): RowForm {
  const kept = [...withoutNulls(row)].filter(([key]) => !given.includes(key))
  const forms = kept.map(([key, value]): [string, string] => [key, memberForm(key, value)])
  return new Map(forms.filter(([, form]) => !['{}', '[]', 'null'].includes(form)))
}

function memberForm(key: string, value: Tree): string {
  if (key === 'tools' && Array.isArray(value)) return textOf(present(value).map(toolForm))
  if (key === 'completion_args') return textOf(value instanceof Map ? argumentsForm(value) : value)
  if (key === 'agent_version') return stringOf(value) ?? textOf(value) // a string or an integer
  if (key !== 'metadata' || !(value instanceof Map)) return textOf(value)
  return textOf(new Map([...value].filter(([name]) => name !== STAMP)))
}

function argumentsForm(args: TreeObject): TreeObject {
  const form = withoutNulls(args)
  if (stringOf(form.get('tool_choice')) === 'auto') form.delete('tool_choice')
  return form
}

function toolForm(tool: Tree): Tree {
  if (!(tool instanceof Map)) return tool
  const form = withoutNulls(tool)
  for (const key of ['function', 'tool_configuration', 'authorization']) {
    const inner = form.get(key)
    if (inner instanceof Map) form.set(key, withoutNulls(inner))
  }
  objectOf(form.get('authorization')).delete('value')
  if (isEmpty(form.get('library_ids'))) form.delete('library_ids')
  return form
}

/** Returns whether a member of a row is absent or empty. */
export function isEmpty(value: Tree | undefined): boolean {
  return isNothing(value) || ['[]', '{}'].includes(textOf(value))
}
