import { hash, timingSafeEqual } from 'node:crypto'

import type { HttpBindings } from '@hono/node-server'
import type { MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'

import { SERVED_POLICY } from '../export/html/policies.ts'
import { foreignRequest } from '../loopback/foreign-request.ts'

/** What the routes of the reader get. */
export interface ReaderEnv {
  readonly Bindings: HttpBindings
}

/**
 * Lets in only those who opened the address with the token. It is in the address once; then a cookie has it, which no script
 * can read. Other programs of this machine, and pages of other sites, know neither.
 */
export function guardAccess(token: string): MiddlewareHandler<ReaderEnv> {
  return async (context, next) => {
    const { req, env } = context
    const foreign = foreignRequest(env.incoming)
    if (foreign === 'origin') return refuse(403, 'This server does not respond to pages of other sites.')
    if (foreign !== undefined) return refuse(421, 'The request does not name this server.')
    if (req.method !== 'GET' && req.method !== 'HEAD') return refuse(405, 'This server only shows pages.')
    const cookie = `hansard-${env.incoming.socket.localPort}` // cookies do not tell ports apart
    const given = req.query('token')
    if (given === undefined && isEqual(getCookie(context, cookie) ?? '', token)) return next()
    if (given === undefined || !isEqual(given, token)) return refuse(403, UNKNOWN)
    // Not `Strict`: the page that `--open` opens is on another site, and its redirect would come without the cookie.
    setCookie(context, cookie, token, { httpOnly: true, sameSite: 'Lax', path: '/' })
    const address = new URL(req.url)
    address.searchParams.delete('token')
    return context.redirect(address.pathname + address.search)
  }
}

const UNKNOWN =
  'The token is missing or wrong. Open the address that `hansard serve` printed: it ends with the token of this server.'

function refuse(status: number, message: string): Response {
  return new Response(`${message}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
}

/** Takes the same time wherever two texts differ. */
function isEqual(left: string, right: string): boolean {
  return timingSafeEqual(hash('sha256', left, 'buffer'), hash('sha256', right, 'buffer'))
}

/** Adds what keeps content from running or leaving, to every response. */
export function sendSafely(): MiddlewareHandler<ReaderEnv> {
  return async (context, next) => {
    await next()
    const { headers } = context.res
    headers.set('content-security-policy', SERVED_POLICY)
    headers.set('x-content-type-options', 'nosniff')
    headers.set('referrer-policy', 'no-referrer')
    headers.set('cross-origin-opener-policy', 'same-origin')
    headers.set('cross-origin-resource-policy', 'same-origin')
    headers.set('cache-control', 'no-store')
  }
}
