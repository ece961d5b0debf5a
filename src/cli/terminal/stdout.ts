import { once } from 'node:events'
import type { Writable } from 'node:stream'

import { defuseJson } from './terminal-text.ts'

/** Writes and waits while the other end is not keeping up. What to do when it is gone, the stream's owner decides. */
export async function write(stream: Writable, content: string | Uint8Array): Promise<void> {
  if (!stream.write(content)) await once(stream, 'drain').catch(() => undefined)
}

/**
 * Writes a value as a line of JSON, escaped wherever its texts could steer a terminal or break a line: escapes mean the
 * same to every reader, and a pipe may end on a terminal.
 */
export async function writeJson(stream: Writable, value: unknown): Promise<void> {
  await writeLine(stream, defuseJson(JSON.stringify(value)))
}

/** JSON that is to stay as it came: unchanged for a pipe, with the same escapes for a terminal. */
export function jsonFor({ isTTY }: { readonly isTTY?: boolean }, json: string): string {
  return isTTY === true ? defuseJson(json) : json
}

/** Writes one line. */
export async function writeLine(stream: Writable, line = ''): Promise<void> {
  await write(stream, `${line}\n`)
}
