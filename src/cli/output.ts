import { once } from 'node:events'
import type { Writable } from 'node:stream'

/** Writes and waits while the other end is not keeping up. */
export async function write(stream: Writable, content: string | Uint8Array): Promise<void> {
  if (!stream.write(content)) await once(stream, 'drain')
}

/** Writes one line. */
export async function writeLine(stream: Writable, line = ''): Promise<void> {
  await write(stream, `${line}\n`)
}
