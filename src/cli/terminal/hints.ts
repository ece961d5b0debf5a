/**
 * Returns what to do about problems with this reason, on one line. A reason is a code, or a step of a backup and a code:
 * `history-altered`, `history/timeout`.
 */
export function hintFor(reason: string): string {
  const code = reason.slice(reason.indexOf('/') + 1)
  const isKnown = (key: string): key is keyof typeof hints => Object.hasOwn(hints, key)
  const [what, acknowledged]: Hint = isKnown(code) ? hints[code] : hints.unforeseen
  return acknowledged === undefined
    ? what
    : `${what} ${acknowledged} \`hansard ack --reason ${reason}\``.trimStart()
}

const LASTING = 'If it lasts:'
const KNOWN = 'Once you know why:'

/** What to do, by code; the second sentence introduces the command that acknowledges all problems with the reason. */
const hints = {
  'not-found': ['It is listed but not returned. The next backup tries again.', LASTING],
  'request-refused': ['The next backup tries again.', LASTING],
  conflict: ['It was being changed. The next backup tries again.', LASTING],
  'rate-limited': [
    'The next backup tries again; with another program on the same account, try --max-rps.',
    LASTING,
  ],
  'service-failed': ['The next backup tries again.', LASTING],
  network: ['Check the network. The next backup tries again.', LASTING],
  timeout: ['The next backup tries again.', LASTING],
  redirected: ['Check the base URL and the proxy. The next backup tries again.', LASTING],
  'too-large': ['It is over the limit for a response. The next backup tries again.', LASTING],
  'not-json': ['The response was damaged, or not from the API. The next backup tries again.', LASTING],
  'unexpected-shape': ['The API sent something unexpected. The next backup tries again.', LASTING],
  unforeseen: ['Unexpected error: please report it with the output of --verbose.', LASTING],
  'not-fetched': ['The next backup tries again.', LASTING],
  'not-indexed': ['It is stored, but cannot be found: try `hansard verify --repair`.', LASTING],
  'history-altered': ['', KNOWN],
  'messages-differ': ['', KNOWN],
} as const satisfies Readonly<Record<string, Hint>>

type Hint = readonly [what: string, acknowledged?: string]

/** Returns what to do about conversations that an export left out, by the code of the reason. */
export function hintForLeftOut(code: string): string {
  const isKnown = (key: string): key is keyof typeof leftOut => Object.hasOwn(leftOut, key)
  return isKnown(code) ? leftOut[code] : 'Another format may have it: see `hansard export --help`.'
}

const leftOut = {
  unreadable: 'Run `hansard verify` to find out why.',
  execution: 'Use --drop executions to export it without these tool calls.',
  thinking: 'Use --drop thinking to export it without its thinking.',
  reference: 'Use --drop references to export it without its sources.',
  textOnly: 'Export it without --text-only.',
  agent: 'Run `hansard backup` to fetch the agent, or export without --system.',
  duplicate: 'Nothing to do: the same messages are written once.',
  unexpected: 'Please report it with the output of --verbose.',
} as const
