import { once } from 'node:events'
import type { Writable } from 'node:stream'

import { defuseJson } from './terminal-text.ts'

/** Writes and waits while the other end is not keeping up. What to do when it is gone, the stream's owner decides. */
export async function write(stream: Writable, content: string | Uint8Array): Promise<void> {
  if (!stream.write(content)) await once(stream, 'drain').catch(() => undefined)
}

/** JSON as it is, for a pipe; for a terminal, which it may not steer, with escapes where it would. */
export function jsonFor({ isTTY }: { readonly isTTY?: boolean }, json: string): string {
  return isTTY === true ? defuseJson(json) : json
}

/** Writes one line. */
export async function writeLine(stream: Writable, line = ''): Promise<void> {
  await write(stream, `${line}\n`)
}
