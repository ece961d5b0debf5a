import {
  compact,
  elements,
  isArrayText,
  isObjectText,
  joinMembers,
  members,
} from '../../model/json/json-text.ts'

/**
 * A parsed JSON text for comparisons. Scalars stay text, in one form for equal values, so that numbers keep their
 * digits. A member or element that is undefined was removed; the others keep their positions.
 */
export type Tree = string | TreeArray | TreeObject
export type TreeArray = (Tree | undefined)[]
export type TreeObject = Map<string, Tree | undefined>

/** Deeper levels stay text: the sender chooses the depth. */
const MAX_DEPTH = 100

/** Parses a JSON text; of two members with one key the last counts, as for JSON.parse. */
export function treeOf(text: string, level = 0): Tree {
  if (level > MAX_DEPTH) return compact(text)
  if (isArrayText(text)) return elements(text).map((each) => treeOf(each, level + 1))
  if (isObjectText(text)) {
    return new Map(members(text).map(({ key, value }) => [key, treeOf(value, level + 1)]))
  }
  const scalar = text.trim()
  return scalar.startsWith('"') ? JSON.stringify(JSON.parse(scalar)) : numberForm(scalar)
}

/** The same text for all equal trees: keys sorted, removed values left out. */
export function textOf(tree: Tree | undefined): string {
  if (tree === undefined) return 'null'
  if (typeof tree === 'string') return tree
  if (Array.isArray(tree)) return `[${present(tree).map(textOf).join(',')}]`
  const kept = [...tree].filter(([, value]) => value !== undefined)
  const sorted = kept.sort(([a], [b]) => (a < b ? -1 : 1))
  return joinMembers(sorted.map(([key, value]) => [key, textOf(value)]))
}

/** The string that a tree is; otherwise undefined. */
export function stringOf(tree: Tree | undefined): string | undefined {
  return typeof tree === 'string' && tree.startsWith('"') ? (JSON.parse(tree) as string) : undefined
}

export function stringTree(text: string): Tree {
  return JSON.stringify(text)
}

/** The members of an object; empty for anything else. */
export function objectOf(tree: Tree | undefined): TreeObject {
  return tree instanceof Map ? tree : new Map<string, Tree>()
}

/** The elements of an array that were not removed. */
export function present(tree: TreeArray): Tree[] {
  return tree.filter((each) => each !== undefined)
}

/** Absent or null, which mean the same: the API returns one for the other. */
export function isNothing(tree: Tree | undefined): tree is undefined | 'null' {
  return tree === undefined || tree === 'null'
}

/** Removes absent and null members. */
export function withoutNulls(tree: TreeObject): Map<string, Tree> {
  return new Map([...tree].filter((member): member is [string, Tree] => !isNothing(member[1])))
}

/** 1.0 and 1 are the same number in JSON. Numbers that a double cannot hold stay as they are. */
function numberForm(text: string): string {
  const digits = text
    .replace(/[eE].*$/, '')
    .replaceAll(/\D/g, '')
    .replace(/^0+/, '')
  const value = Number(text)
  return digits.length <= 15 && Number.isFinite(value) && (value !== 0 || digits === '')
    ? String(value)
    : text
}
