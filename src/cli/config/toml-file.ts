import { readFileSync } from 'node:fs'
import { getStaticTOMLValue, ParseError, parseTOML, type AST } from 'toml-eslint-parser'

import { HansardError, messageOf } from '../../errors.ts'

/** The keys that lead to a value. */
export type KeyPath = readonly PropertyKey[]

/** A TOML file, and where its keys stand. */
export interface TomlFile {
  readonly path: string
  readonly content: unknown
  /** The line of a key, or of the table that should contain it; from 1. */
  lineOf(keys: KeyPath): number
}

/**
 * Reads a TOML file.
 *
 * @throws HansardError `usage` if it cannot be read, or is not TOML
 */
export function readToml(path: string): TomlFile {
  const program = parse(path, read(path))
  const lines = new Map<string, number>()
  noteLines(program.body[0].body, [], lines)
  return { path, content: getStaticTOMLValue(program), lineOf: (keys) => lineOf(keys, lines) }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new HansardError('usage', `Cannot read the configuration ${path}: ${messageOf(cause)}`, {
      hint: 'Name a TOML file with profiles, or leave --config and HANSARD_CONFIG out.',
      cause,
    })
  }
}

function parse(path: string, text: string): AST.TOMLProgram {
  try {
    return parseTOML(text)
  } catch (cause) {
    if (!(cause instanceof ParseError)) throw cause
    // The message of the parser may quote the line, and the line may contain a key.
    throw new HansardError('usage', `${path}, line ${cause.lineNumber}: this is not TOML`, {
      hint: 'Texts need quotes, and each key is written once: https://toml.io.',
    })
  }
}

function noteLines(nodes: readonly AST.TOMLNode[], above: KeyPath, lines: Map<string, number>): void {
  for (const node of nodes) {
    if (node.type === 'TOMLTable') {
      note(node.resolvedKey, node.loc.start.line, lines)
      noteLines(node.body, node.resolvedKey, lines)
    } else if (node.type === 'TOMLKeyValue') {
      const keys = [...above, ...node.key.keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value))]
      note(keys, node.loc.start.line, lines)
      if (node.value.type === 'TOMLInlineTable') noteLines(node.value.body, keys, lines)
    }
  }
}

/** The tables above a key may stand nowhere else, as in `[profiles.anna]`. */
function note(keys: KeyPath, line: number, lines: Map<string, number>): void {
  for (let length = 1; length < keys.length; length++) {
    const above = idOf(keys.slice(0, length))
    if (!lines.has(above)) lines.set(above, line)
  }
  lines.set(idOf(keys), line)
}

function lineOf(keys: KeyPath, lines: ReadonlyMap<string, number>): number {
  for (let length = keys.length; length > 0; length--) {
    const line = lines.get(idOf(keys.slice(0, length)))
    if (line !== undefined) return line
  }
  return 1
}

function idOf(keys: KeyPath): string {
  return JSON.stringify(keys.map(String))
}
