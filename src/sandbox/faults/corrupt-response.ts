import { eventText, type SandboxResponse } from '../responses/sandbox-response.ts'
import { findEffect, type Effect } from './fault.ts'

/** The event that reports a failed stream. */
const STREAM_ERROR = eventText('conversation.response.error', { message: 'Internal error', code: 3000 })

/** The effects that change a response on its way to the client. */
export const corruptingEffects: ReadonlySet<Effect['kind']> = new Set([
  'truncate',
  'overlong',
  'garble',
  'content-type',
  'stall',
  'trickle',
  'cut-stream',
  'stream-error',
])

/** Applies the corrupting effects to a response; returns the bytes to send, and how. */
export function corruptResponse(response: SandboxResponse, effects: readonly Effect[]) {
  const overlong = findEffect(effects, 'overlong')
  const garbled = garble(cutEvents(response, effects), effects)
  const whole = overlong?.where === 'within' ? pad(garbled, overlong.bytes, ' ') : garbled
  const truncate = findEffect(effects, 'truncate')
  const chunked = response.events !== undefined || truncate?.framing === 'chunked'
  const overrun = overlong?.where === 'beyond' ? pad(whole, overlong.bytes, '!') : whole
  const sent = truncate ? whole.subarray(0, truncate.keep) : overrun
  const stall = findEffect(effects, 'stall')
  const trickle = findEffect(effects, 'trickle')
  const pieceSize = trickle?.bytes ?? (stall?.at === 'body' ? Math.ceil(sent.length / 2) : sent.length)
  return {
    type: findEffect(effects, 'content-type')?.value ?? response.type,
    /** The content-length header; undefined for a chunked body. */
    statedLength: chunked ? undefined : whole.length,
    /** The body, with a pause between two pieces. */
    pieces: slices(sent, pieceSize),
    /** The length of a pause; undefined means forever. */
    pauseMs: trickle ? trickle.ms : stall?.ms,
    stallHead: stall?.at === 'head' ? stall : undefined,
    /** Is the connection closed after the last byte? */
    cut: effects.some(({ kind }) => kind === 'truncate' || (kind === 'cut-stream' && response.events)),
  }
}

function cutEvents({ body: whole, events }: SandboxResponse, effects: readonly Effect[]): Buffer {
  const cut = findEffect(effects, 'cut-stream')
  const error = findEffect(effects, 'stream-error')
  if (events === undefined || (cut ?? error) === undefined) return Buffer.from(whole)
  const kept = events.slice(0, (cut ?? error)?.events).join('')
  if (error) return Buffer.from(kept + STREAM_ERROR)
  const next = Buffer.from(events[cut?.events ?? 0] ?? '')
  return Buffer.concat([Buffer.from(kept), cut?.inside ? next.subarray(0, next.length / 2) : Buffer.alloc(0)])
}

function garble(bytes: Buffer, effects: readonly Effect[]): Buffer {
  const how = findEffect(effects, 'garble')?.how
  if (how === 'json') return Buffer.concat([bytes.subarray(0, bytes.length / 2), Buffer.from(' ,,')])
  if (how !== 'utf8') return bytes
  const quote = bytes.indexOf('"') + 1
  return Buffer.concat([bytes.subarray(0, quote), Buffer.from([0xc3, 0x28]), bytes.subarray(quote)])
}

function pad(bytes: Buffer, count: number, filler: string): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(count, filler)])
}

function slices(bytes: Buffer, size: number): Buffer[] {
  const pieces: Buffer[] = []
  for (let i = 0; i < bytes.length; i += size) pieces.push(bytes.subarray(i, i + size))
  return pieces.length > 0 ? pieces : [bytes]
}
