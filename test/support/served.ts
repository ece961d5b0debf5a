import { startReader, type ReaderOptions } from '../../src/reader/start-reader.ts'
import { afterThisTest } from './describe-concurrent.ts'

/** Starts a reader that ends with the test. `at` returns an address in it, with the token. */
export async function served(options: ReaderOptions) {
  const token = 'token-of-a-test'
  const reader = await startReader({ token, ...options })
  afterThisTest(() => reader.close())
  const { origin } = new URL(reader.url)
  const at = (path: string) => `${origin}${path}${path.includes('?') ? '&' : '?'}token=${token}`
  const cookie = `hansard-${new URL(origin).port}=${token}`
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${origin}${path}`, { headers: { cookie, ...headers }, redirect: 'manual' })
  return { ...reader, origin, token, at, get }
}
