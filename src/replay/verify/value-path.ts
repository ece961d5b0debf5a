import { elements, members } from '../../model/json/json-text.ts'
import type { Tree } from './json-tree.ts'

/** A path to a value in an entry or a row: keys and indexes. */
export type Path = readonly (string | number)[]

/** Parses a path such as `content[2].url` or `metadata["a.b"]`; undefined if it is invalid. */
export function parsePath(text: string): Path | undefined {
  const step = /\.?([A-Za-z_][\w-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y
  const steps: (string | number)[] = []
  while (step.lastIndex < text.length) {
    const [, name, index, key] = step.exec(text) ?? []
    if (index !== undefined) steps.push(Number(index))
    else if (key !== undefined) steps.push(JSON.parse(key) as string)
    else if (name !== undefined) steps.push(name)
    else return undefined
  }
  return steps
}

/** The JSON text at a path, token for token; undefined if there is none. */
export function textAt(text: string, path: Path): string | undefined {
  return path.reduce<string | undefined>((at, step) => {
    if (at === undefined) return undefined
    if (typeof step === 'number') return elements(at)[step]
    return members(at).findLast(({ key }) => key === step)?.value
  }, text)
}

export function treeAt(tree: Tree | undefined, path: Path): Tree | undefined {
  return path.reduce<Tree | undefined>((at, step) => {
    if (Array.isArray(at)) return typeof step === 'number' ? at[step] : undefined
    return at instanceof Map ? at.get(String(step)) : undefined
  }, tree)
}

/** Sets the value at a path, or removes it with undefined. Does nothing if the path does not exist. */
export function put(tree: Tree | undefined, path: Path, value: Tree | undefined): void {
  const holder = treeAt(tree, path.slice(0, -1))
  const step = path.at(-1)
  if (Array.isArray(holder) && typeof step === 'number' && step < holder.length) holder[step] = value
  else if (holder instanceof Map && typeof step === 'string') holder.set(step, value)
}
