import {
  compact,
  elements,
  isArrayText,
  isObjectText,
  joinMembers,
  members,
} from '../../model/json/json-text.ts'

/**
 * A JSON text taken apart, as far as a comparison needs it: scalars stay text, in one form for all texts that say the
 * same, so that numbers keep their digits. A member or an element that is undefined was taken out; the places of the
 * others stay as they were.
 */
export type Tree = string | TreeArray | TreeObject
export type TreeArray = (Tree | undefined)[]
export type TreeObject = Map<string, Tree | undefined>

/** Deeper than this a text stands for itself: depth is the sender's choice. */
const MOST_LEVELS = 100

/** Takes a JSON text apart; of two values under one key the last counts, as for JSON.parse. */
export function treeOf(text: string, level = 0): Tree {
  if (level > MOST_LEVELS) return compact(text)
  if (isArrayText(text)) return elements(text).map((each) => treeOf(each, level + 1))
  if (isObjectText(text)) {
    return new Map(members(text).map(({ key, value }) => [key, treeOf(value, level + 1)]))
  }
  const scalar = text.trim()
  return scalar.startsWith('"') ? JSON.stringify(JSON.parse(scalar)) : numberForm(scalar)
}

/** One text for all trees that are equal: keys sorted, what was taken out left out. */
export function textOf(tree: Tree | undefined): string {
  if (tree === undefined) return 'null'
  if (typeof tree === 'string') return tree
  if (Array.isArray(tree)) return `[${present(tree).map(textOf).join(',')}]`
  const kept = [...tree].filter(([, value]) => value !== undefined)
  const sorted = kept.sort(([a], [b]) => (a < b ? -1 : 1))
  return joinMembers(sorted.map(([key, value]) => [key, textOf(value)]))
}

/** The string that a tree is; undefined where it is none. */
export function stringOf(tree: Tree | undefined): string | undefined {
  return typeof tree === 'string' && tree.startsWith('"') ? (JSON.parse(tree) as string) : undefined
}

/** The tree of a string. */
export function stringTree(text: string): Tree {
  return JSON.stringify(text)
}

/** The members of an object; of anything else none. */
export function objectOf(tree: Tree | undefined): TreeObject {
  return tree instanceof Map ? tree : new Map<string, Tree>()
}

/** The elements of an array that were not taken out. */
export function present(tree: TreeArray): Tree[] {
  return tree.filter((each) => each !== undefined)
}

/** Nothing, or null, which says as much: the API gives one where the other was sent. */
export function isNothing(tree: Tree | undefined): tree is undefined | 'null' {
  return tree === undefined || tree === 'null'
}

/** Leaves out of an object the members that say nothing. */
export function withoutNulls(tree: TreeObject): TreeObject {
  return new Map([...tree].filter(([, value]) => !isNothing(value)))
}

/** 1.0 and 1 are one number to whoever reads and writes JSON; digits that a double can't hold stay as they are. */
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
