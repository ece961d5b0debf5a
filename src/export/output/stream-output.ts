import { once } from 'node:events'
import type { Writable } from 'node:stream'

import { HansardError } from '../../errors.ts'
import type { OutputFile } from '../format.ts'
import type { Output } from './output.ts'

const CHUNK = 64 * 1024

/**
 * Sends the one file of an export to a stream, such as stdout, never faster than it takes it.
 *
 * @param show what each part becomes on the way
 */
export function streamOutput(stream: Writable, show: Show = (part) => part): Output {
  let isBegun = false
  return {
    async create() {
      if (isBegun) throw new HansardError('usage', 'A stream takes one file only')
      isBegun = true
      return fileOn(stream, show)
    },
    commit: async () => undefined,
    abandon: async () => undefined,
  }
}

type Show = (part: string | Uint8Array) => string | Uint8Array

function fileOn(stream: Writable, show: Show): OutputFile {
  let pending = ''
  const send = async (part: string | Uint8Array) => {
    if (!stream.write(show(part))) await once(stream, 'drain')
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
