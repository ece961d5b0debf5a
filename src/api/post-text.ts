import { dispatcherFor } from './undici-transport.ts'

/** In milliseconds. */
const TIMEOUT = 10_000

const timeouts = { connectMs: TIMEOUT, firstByteMs: TIMEOUT, idleMs: TIMEOUT, completionMs: TIMEOUT }

/**
 * Sends a text to a URL by POST, through the proxies that the environment names, and returns the status of the response.
 * Redirects are not followed. Throws after 10 s; no error names more of the URL than its host.
 */
export async function postText(url: URL, text: string): Promise<number> {
  const { origin, pathname, search, username, password } = url
  const dispatcher = dispatcherFor(origin, timeouts)
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
  try {
    const { statusCode, body } = await dispatcher.request({
      ...{ origin, path: pathname + search, method: 'POST', body: text },
      headers: { 'content-type': 'text/plain; charset=utf-8', ...(username !== '' && { authorization }) },
      ...{ headersTimeout: TIMEOUT, bodyTimeout: TIMEOUT, signal: AbortSignal.timeout(TIMEOUT) },
    })
    await body.dump()
    return statusCode
  } finally {
    await dispatcher.destroy()
  }
}
