import { once } from 'node:events'
import type { Writable } from 'node:stream'

import { HansardError } from '../../errors.ts'
import type { OutputFile } from '../format.ts'
import type { Output } from './output.ts'

/** Characters that are gathered before they are sent. */
const CHUNK = 64 * 1024

/** Changes a part on its way to a stream. */
export type StreamTransform = (part: string | Uint8Array) => string | Uint8Array

/** Sends the one file of an export to a stream, such as stdout, no faster than the stream takes it. */
export function streamOutput(stream: Writable, transform: StreamTransform = (part) => part): Output {
  let isBegun = false
  return {
    async create() {
      if (isBegun) throw new HansardError('usage', 'A stream takes one file only')
      isBegun = true
      return fileOn(stream, transform)
    },
    commit: async () => undefined,
    abandon: async () => undefined,
  }
}

function fileOn(stream: Writable, transform: StreamTransform): OutputFile {
  let pending = ''
  const send = async (part: string | Uint8Array) => {
    if (stream.destroyed || stream.writableEnded) throw closedEarly(stream)
    if (!stream.write(transform(part))) await drained(stream)
  }
  const flush = () => {
    const text = pending
    pending = ''
    return send(text)
  }
  return {
    write(part) {
      if (part instanceof Uint8Array) return send(part)
      pending += typeof part === 'string' ? part : part.text
      return pending.length < CHUNK ? undefined : flush()
    },
    close: async () => {
      if (pending !== '') await flush()
    },
  }
}

/** A stream that is closed while the export waits for it never drains. */
async function drained(stream: Writable): Promise<void> {
  const settled = new AbortController()
  const { signal } = settled
  const closed = once(stream, 'close', { signal }).then(() => {
    throw closedEarly(stream)
  })
  try {
    await Promise.race([once(stream, 'drain', { signal }), closed])
  } finally {
    settled.abort()
  }
}

function closedEarly({ errored }: Writable): unknown {
  return errored ?? new HansardError('file', 'The stream was closed before the export ended')
}
