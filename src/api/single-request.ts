import { connectionError } from './connection-error.ts'
import { dispatcherFor } from './undici-transport.ts'

/** For each phase and for the whole, in milliseconds. */
const TIMEOUT = 10_000

const timeouts = { connectMs: TIMEOUT, firstByteMs: TIMEOUT, idleMs: TIMEOUT, completionMs: TIMEOUT }

/** A request that has nothing to do with conversations, and carries no key. */
interface SingleRequest {
  readonly method: 'HEAD' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/**
 * Sends a text to a URL by POST and returns the status of the response. Credentials of the URL become a header.
 *
 * @throws HansardError `network`, `timeout`; the message names no more of the URL than its origin
 */
export async function postText(url: URL, text: string): Promise<number> {
  const { origin, pathname, search, username, password } = url
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
  const headers = { 'content-type': 'text/plain; charset=utf-8', ...(username !== '' && { authorization }) }
  const { status } = await send(origin, { method: 'POST', path: pathname + search, headers, body: text })
  return status
}

/**
 * Asks a service for nothing but its time. Returns undefined if its response has none.
 *
 * @throws HansardError `network`, `timeout` if it cannot be reached
 */
export async function serviceTime(origin: string): Promise<Date | undefined> {
  const { date } = await send(origin, { method: 'HEAD', path: '/' })
  const time = new Date(String(date))
  return Number.isNaN(time.getTime()) ? undefined : time
}

/** Goes through the proxies that the environment names, and follows no redirect. */
async function send(origin: string, request: SingleRequest): Promise<{ status: number; date: unknown }> {
  const dispatcher = dispatcherFor(origin, timeouts)
  const limits = { headersTimeout: TIMEOUT, bodyTimeout: TIMEOUT, signal: AbortSignal.timeout(TIMEOUT) }
  try {
    const { statusCode, headers, body } = await dispatcher.request({ origin, ...request, ...limits })
    await body.dump()
    return { status: statusCode, date: headers['date'] }
  } catch (thrown) {
    throw connectionError(thrown as Error, origin, false, TIMEOUT)
  } finally {
    await dispatcher.destroy()
  }
}
