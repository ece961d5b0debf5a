import type { ClientEvent } from '../../api/client-events.ts'
import { formatWait } from '../../api/retry-timing.ts'

type EventOf<Type> = ClientEvent & { type: Type }

/** Formats a request for --verbose. */
export function formatRequest({ method, path, status, code, milliseconds }: EventOf<'request'>): string {
  return [method, path, status, code, Math.round(milliseconds), 'ms']
    .filter((part) => part !== undefined)
    .join(' ')
}

/** Formats a retry for --verbose. */
export function formatRetry({ path, reason, waitMs }: EventOf<'retry'>): string {
  return `retry of ${path} in ${formatWait(waitMs)}: ${reason}`
}
