import type { ServerResponse } from 'node:http'

import { corruptResponse, corruptingEffects } from '../faults/corrupt-response.ts'
import type { Effect } from '../faults/fault.ts'
import type { SandboxResponse } from '../responses/sandbox-response.ts'

/** Sends a response, corrupted by the effects if they say so. */
export function writeResponse(
  outgoing: ServerResponse,
  response: SandboxResponse,
  effects: readonly Effect[],
): void | Promise<void> {
  if (effects.some(({ kind }) => corruptingEffects.has(kind)))
    return writeCorrupted(outgoing, response, effects)
  writeHead(outgoing, response)
  const { body, events, done } = response
  if (events === undefined) {
    // ASCII is the same bytes as Latin-1, and Node 20 encodes UTF-8 slowly.
    const ascii = typeof body === 'string' && Buffer.byteLength(body) === body.length
    outgoing.end(body, ascii ? 'latin1' : 'utf8')
    return
  }
  for (const event of events.slice(0, -1)) outgoing.write(event)
  done?.() // before the last event: a client that has read it may ask for the history at once
  outgoing.end(events.at(-1))
}

/** Resolves after the given time (never if undefined), or as soon as the client disconnects. */
export function pause(outgoing: ServerResponse, ms: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      outgoing.off('close', end)
      resolve()
    }
    const timer = ms === undefined ? undefined : setTimeout(end, ms)
    if (outgoing.destroyed) end()
    else outgoing.once('close', end)
  })
}

async function writeCorrupted(
  outgoing: ServerResponse,
  response: SandboxResponse,
  effects: readonly Effect[],
): Promise<void> {
  const corrupted = corruptResponse(response, effects)
  if (corrupted.stallHead) await pause(outgoing, corrupted.stallHead.ms)
  writeHead(outgoing, { ...response, type: corrupted.type })
  if (corrupted.statedLength !== undefined) outgoing.setHeader('content-length', corrupted.statedLength)
  let { done } = response
  const store = (): void => {
    done?.()
    done = undefined
  }
  for (const [i, piece] of corrupted.pieces.entries()) {
    if (i > 0) await pause(outgoing, corrupted.pauseMs)
    if (outgoing.destroyed) break
    if (i === corrupted.pieces.length - 1) store()
    await new Promise<void>((sent) => outgoing.write(piece, () => sent()))
  }
  store()
  if (corrupted.cut) outgoing.socket?.destroySoon()
  else outgoing.end()
}

function writeHead(outgoing: ServerResponse, { status, type, headers }: SandboxResponse): void {
  outgoing.statusCode = status
  if (type !== '') outgoing.setHeader('content-type', type)
  for (const name in headers) outgoing.setHeader(name, headers[name] ?? '')
}
