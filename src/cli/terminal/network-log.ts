import type { ClientEvent } from '../../api/client-events.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { defuseLine } from './terminal-text.ts'

/** How often a wait is told of at most, in milliseconds: eight workers may wait for the same thing. */
const PAUSE_MS = 2_000

/** Tells on stderr what keeps a command waiting; every request too, when asked to be verbose. */
export function networkLog({ quiet, verbose }: GlobalOptions, { stderr }: Io): (event: ClientEvent) => void {
  const clear = stderr.isTTY === true ? '\r\u001b[K' : ''
  let next = 0
  return (event) => {
    if (event.type === 'request') {
      if (verbose === true) stderr.write(`${clear}${defuseLine(requestLine(event))}\n`)
      return
    }
    if (quiet === true || performance.now() < next) return
    next = performance.now() + PAUSE_MS
    const why = event.type === 'retry' ? event.reason : 'the service asked for a pause'
    stderr.write(`${clear}${defuseLine(`waiting ${(event.waitMs / 1000).toFixed(1)} s: ${why}`)}\n`)
  }
}

function requestLine({
  method,
  path,
  status,
  code,
  milliseconds,
}: ClientEvent & { type: 'request' }): string {
  return `${method} ${path} ${status ?? ''} ${code ?? ''} ${Math.round(milliseconds)} ms`.replaceAll(
    / +/g,
    ' ',
  )
}
