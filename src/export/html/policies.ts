import { hash } from 'node:crypto'

/** No request to any other place, no inline script or style, and nothing in a frame. */
const SHARED = [
  "default-src 'none'",
  "base-uri 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
]

/** The policy of a page in a folder. From disk there is nobody to send a form to. */
export const SITE_POLICY = [...SHARED, "form-action 'none'"].join('; ')

/** The policy of a served page, which can also ask its server, and which no other page may frame. */
export const SERVED_POLICY = [
  ...SHARED,
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** The policy of a page alone: its own style sheet, by its hash, and the pictures in it. */
export function policyOfPageAlone(style: string): string {
  const digest = hash('sha256', style, 'base64')
  return `default-src 'none'; base-uri 'none'; style-src 'sha256-${digest}'; img-src data:; form-action 'none'`
}
