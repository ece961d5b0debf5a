import { connectionError } from './connection-error.ts'
import { dispatcherFor } from './undici-transport.ts'

/** In milliseconds. */
const TIMEOUT = 10_000

/**
 * Asks a service for nothing but its time, without a key, through the proxies that the environment names. Returns undefined
 * if its response has no time.
 *
 * @throws HansardError `network`, `timeout` if it cannot be reached
 */
export async function serviceTime(origin: string): Promise<Date | undefined> {
  const timeouts = { connectMs: TIMEOUT, firstByteMs: TIMEOUT, idleMs: TIMEOUT, completionMs: TIMEOUT }
  const dispatcher = dispatcherFor(origin, timeouts)
  try {
    const { headers, body } = await dispatcher.request({
      ...{ origin, path: '/', method: 'HEAD', headersTimeout: TIMEOUT, bodyTimeout: TIMEOUT },
    })
    await body.dump()
    const time = new Date(String(headers['date']))
    return Number.isNaN(time.getTime()) ? undefined : time
  } catch (thrown) {
    throw connectionError(thrown as Error, origin, false, TIMEOUT)
  } finally {
    await dispatcher.destroy()
  }
}
