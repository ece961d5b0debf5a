import type { ClientEvent } from '../../api/client-events.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { defuseLine } from './terminal-text.ts'

/** The shortest time between two reports of a wait, in milliseconds: parallel workers wait for the same thing. */
const PAUSE_MS = 2_000

/** Returns a listener that prints to stderr why a command waits, and with --verbose every request. */
export function networkLog({ quiet, verbose }: GlobalOptions, { stderr }: Io): (event: ClientEvent) => void {
  const clear = stderr.isTTY ? '\r\u001b[K' : ''
  let next = 0
  return (event) => {
    if (event.type === 'request') {
      if (verbose) stderr.write(`${clear}${defuseLine(formatRequest(event))}\n`)
      return
    }
    if (quiet || performance.now() < next) return
    next = performance.now() + PAUSE_MS
    const why = event.type === 'retry' ? event.reason : 'the API asked for a pause'
    stderr.write(`${clear}${defuseLine(`waiting ${(event.waitMs / 1000).toFixed(1)} s: ${why}`)}\n`)
  }
}

function formatRequest(event: ClientEvent & { type: 'request' }): string {
  const { method, path, status, code, milliseconds } = event
  return [method, path, status, code, Math.round(milliseconds), 'ms']
    .filter((part) => part !== undefined)
    .join(' ')
}
