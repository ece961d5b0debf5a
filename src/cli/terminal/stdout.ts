import { once } from 'node:events'
import type { Writable } from 'node:stream'

import { defuseJson } from './terminal-text.ts'

/** Writes, and waits while the reader is slower. The owner of the stream handles a reader that has gone. */
export async function write(stream: Writable, content: string | Uint8Array): Promise<void> {
  if (!stream.write(content)) await once(stream, 'drain').catch(() => undefined)
}

/**
 * Writes a value as one line of JSON. Control codes and line separators in its texts are escaped, in a pipe too: a pipe
 * may end on a terminal, and every JSON reader understands the escapes.
 */
export async function writeJson(stream: Writable, value: unknown): Promise<void> {
  await writeLine(stream, defuseJson(JSON.stringify(value)))
}

/** Returns JSON that must stay verbatim: unchanged for a pipe, with control codes escaped for a terminal. */
export function jsonFor({ isTTY }: { readonly isTTY?: boolean }, json: string): string {
  return isTTY === true ? defuseJson(json) : json
}

/** Writes one line. */
export async function writeLine(stream: Writable, line = ''): Promise<void> {
  await write(stream, `${line}\n`)
}
