import type { Effect } from '../../src/sandbox/faults/fault.ts'

/** A fault of the network or the service, and its effect on a run. */
export interface NamedFault {
  readonly name: string
  readonly then: Effect
  /** Only for the listing. */
  readonly listOnly?: boolean
  /**
   * Its effect while it lasts: none (harmless), it ends the run (fatal), it prevents the proof of completeness
   * (unproven), or nobody can detect it (unseen). By default, what it affects fails.
   */
  readonly lasting?: 'harmless' | 'fatal' | 'unproven' | 'unseen'
  /** Does each attempt take long? */
  readonly slow?: boolean
}

const answer = (like: NonNullable<Extract<Effect, { kind: 'answer' }>['like']>): Effect => ({
  kind: 'answer',
  like,
})

/** Every fault that a backup must handle. */
export const faultTable: readonly NamedFault[] = [
  { name: 'a reset before the operation', then: { kind: 'reset', when: 'before' } },
  { name: 'a reset after the operation', then: { kind: 'reset', when: 'after' } },
  { name: 'a body shorter than its stated length', then: { kind: 'truncate', keep: 40, framing: 'length' } },
  { name: 'a truncated chunked body', then: { kind: 'truncate', keep: 40, framing: 'chunked' } },
  { name: 'a body truncated before its first byte', then: { kind: 'truncate', keep: 0, framing: 'length' } },
  {
    name: 'white space after the body',
    then: { kind: 'overlong', bytes: 70_000, where: 'within' },
    lasting: 'harmless',
  },
  {
    name: 'garbage beyond the stated length',
    then: { kind: 'overlong', bytes: 500, where: 'beyond' },
    lasting: 'harmless',
  },
  { name: 'invalid JSON with status 200', then: { kind: 'garble', how: 'json' } },
  { name: 'an empty body with status 200', then: { kind: 'answer', status: 200, body: '' } },
  { name: 'invalid UTF-8', then: { kind: 'garble', how: 'utf8' } },
  { name: 'HTML with status 200', then: { ...answer('bad-gateway'), kind: 'answer', status: 200 } },
  { name: 'HTML with status 502', then: answer('bad-gateway') },
  { name: 'HTML with status 403', then: answer('forbidden-page') },
  { name: 'another content type', then: { kind: 'content-type', value: 'text/html' }, lasting: 'harmless' },
  { name: 'silence before the head', then: { kind: 'stall', at: 'head' }, slow: true },
  { name: 'silence inside the body', then: { kind: 'stall', at: 'body' }, slow: true },
  { name: 'a very slow body', then: { kind: 'trickle', bytes: 1, ms: 25 }, slow: true },
  { name: 'a slow body', then: { kind: 'trickle', bytes: 2000, ms: 2 }, lasting: 'harmless' },
  { name: '429 without Retry-After', then: answer('too-many') },
  { name: '429 with Retry-After', then: answer('too-many-retry-after') },
  { name: 'a rate limit', then: { kind: 'rps', limit: 5 }, lasting: 'harmless' },
  { name: 'an allowance of zero', then: answer('zero-allowance'), lasting: 'fatal' },
  { name: '500', then: answer('internal-error') },
  { name: '503', then: answer('unavailable') },
  { name: '409', then: answer('conflict') },
  { name: 'a redirect to another path', then: { kind: 'redirect', to: 'same-host' } },
  { name: 'a redirect to another host', then: { kind: 'redirect', to: 'other-host' } },
  { name: 'a stale listing', then: { kind: 'stale', seconds: 60 }, listOnly: true, lasting: 'harmless' },
  { name: 'a repeated row', then: { kind: 'rows', repeat: 1 }, listOnly: true, lasting: 'unproven' },
  { name: 'a missing row', then: { kind: 'rows', drop: 1 }, listOnly: true, lasting: 'unproven' },
  {
    name: 'an empty page',
    then: { kind: 'answer', status: 200, body: '[]' },
    listOnly: true,
    lasting: 'unseen',
  },
]
