import { once } from 'node:events'
import type { Writable } from 'node:stream'

import { toSnakeCase } from '../../model/json/rename-keys.ts'
import type { GlobalOptions, Io, Output } from '../io.ts'
import { asCalled } from './as-called.ts'
import { defuseJson, defuseLine } from './terminal-text.ts'
import { wrapText } from './wrap-text.ts'

/** Writes, and waits while the reader is slower. The owner of the stream handles a reader that has gone. */
export async function write(stream: Writable, content: string | Uint8Array): Promise<void> {
  if (!stream.write(content)) await once(stream, 'drain').catch(() => undefined)
}

/**
 * Writes a value as one line of JSON with keys in snake_case (`schemas/` describes each). Control codes and line separators
 * in its texts are escaped, in a pipe too: a pipe may end on a terminal, and every JSON reader understands the escapes.
 */
export async function writeJson(stream: Writable, value: unknown): Promise<void> {
  await writeLine(stream, defuseJson(JSON.stringify(toSnakeCase(value))))
}

/** Returns JSON that must stay verbatim: unchanged for a pipe, with control codes escaped for a terminal. */
export function jsonFor({ isTTY }: { readonly isTTY?: boolean }, json: string): string {
  return isTTY ? defuseJson(json) : json
}

/** Writes one line. */
export async function writeLine(stream: Writable, line: string): Promise<void> {
  await write(stream, `${line}\n`)
}

/**
 * Writes lines that may contain foreign text, all at once. Commands in them are named as hansard was called. A terminal gets
 * lines that are too long broken at words.
 */
export async function writeLines(stream: Output, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return
  const harmless = lines.map((line) => `${defuseLine(asCalled(line, stream))}\n`)
  await write(stream, wrapFor(stream, harmless.join('')))
}

/** Returns a text whose lines fit the terminal, broken at words; a text for a pipe stays as it is. */
export function wrapFor(stream: Output, text: string): string {
  const width = widthOf(stream)
  return width === Infinity ? text : [...wrapText(text, width)].join('\n')
}

/** Prints the result of a command: an object with --json, otherwise lines, unless --quiet is given. */
export async function writeResult(
  { json, quiet }: GlobalOptions,
  { stdout }: Io,
  result: object,
  lines: readonly string[],
): Promise<void> {
  if (json) await writeJson(stdout, result)
  else if (!quiet) await writeLines(stdout, lines)
}

/** Returns the width that lines must fit: that of the terminal, or Infinity for a pipe. */
export function widthOf({ isTTY, columns }: Io['stdout']): number {
  return isTTY ? columns || 80 : Infinity // some terminals say 0
}
