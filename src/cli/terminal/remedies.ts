/**
 * Returns what to do about problems with this reason, on one line. A reason is a code, or a step of a backup and a code:
 * `history-altered`, `history/timeout`.
 */
export function remedyFor(reason: string): string {
  const code = reason.slice(reason.indexOf('/') + 1)
  const isKnown = (key: string): key is keyof typeof remedies => Object.hasOwn(remedies, key)
  const [what, acknowledged]: Remedy = isKnown(code) ? remedies[code] : remedies.unforeseen
  return acknowledged === undefined ? what : `${what} ${acknowledged} \`hansard ack --reason ${reason}\`.`
}

const LASTING = 'If it lasts, accept it with'
const KNOWN = 'Once you know why, accept it with'

/** What to do, by code; the second sentence ends with the command that acknowledges all problems with the reason. */
const remedies = {
  'not-found': ['The API lists it, but does not return it. The next backup tries again.', LASTING],
  'request-refused': ['The next backup tries again.', LASTING],
  conflict: ['It was being changed. The next backup tries again.'],
  'rate-limited': ['The next backup tries again; use a lower `hansard backup --concurrency`.'],
  'service-failed': ['The next backup tries again.', LASTING],
  network: ['The next backup tries again. Check the network if it lasts.'],
  timeout: ['The next backup tries again.', LASTING],
  redirected: ['Check the base URL and the proxy, then run `hansard backup` again.'],
  'too-large': ['It exceeds the maximum size of a response.', KNOWN],
  'not-json': ['The response was damaged or not from the API. The next backup tries again.', LASTING],
  'unexpected-shape': ['The API sent something unexpected. The next backup tries again.', LASTING],
  unforeseen: ['Unexpected error: please report it with the output of `hansard backup --verbose`.', LASTING],
  'not-fetched': ['The next backup tries again.', LASTING],
  'not-indexed': ['It is stored and exported, but cannot be found. Try `hansard verify --repair`.', LASTING],
  'history-altered': ['Entries changed upstream; both histories are kept.', KNOWN],
  'messages-differ': ['Messages and history differ upstream; both are kept.', KNOWN],
} as const satisfies Readonly<Record<string, Remedy>>

type Remedy = readonly [what: string, acknowledged?: string]
