import type { Effect } from '../../src/sandbox/faults/fault.ts'

/** A fault of the network or the service, and what a run makes of it. */
export interface NamedFault {
  readonly name: string
  readonly then: Effect
  /** Only at the listing. */
  readonly listOnly?: boolean
  /**
   * What it does while it lasts: nothing (harmless), or it stops the whole run (fatal), or it makes the proof of
   * completeness impossible (unproven), or nobody could tell it from the truth (unseen). Otherwise what it meets fails.
   */
  readonly lasting?: 'harmless' | 'fatal' | 'unproven' | 'unseen'
  /** Each attempt takes its time. */
  readonly slow?: boolean
}

const answer = (like: NonNullable<Extract<Effect, { kind: 'answer' }>['like']>): Effect => ({
  kind: 'answer',
  like,
})

/** Every fault that a backup must survive. */
export const faultTable: readonly NamedFault[] = [
  { name: 'a reset before the work', then: { kind: 'reset', when: 'before' } },
  { name: 'a reset after the work', then: { kind: 'reset', when: 'after' } },
  { name: 'a body cut short of its stated length', then: { kind: 'truncate', keep: 40, framing: 'length' } },
  { name: 'a chunked body cut short', then: { kind: 'truncate', keep: 40, framing: 'chunked' } },
  { name: 'a body cut before its first byte', then: { kind: 'truncate', keep: 0, framing: 'length' } },
  {
    name: 'white space behind the body',
    then: { kind: 'overlong', bytes: 70_000, where: 'within' },
    lasting: 'harmless',
  },
  {
    name: 'rubbish beyond the length',
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
  { name: 'a byte now and then', then: { kind: 'trickle', bytes: 1, ms: 25 }, slow: true },
  { name: 'a slow body', then: { kind: 'trickle', bytes: 2000, ms: 2 }, lasting: 'harmless' },
  { name: '429 without Retry-After', then: answer('too-many') },
  { name: '429 with Retry-After', then: answer('too-many-retry-after') },
  { name: 'a limit of requests a second', then: { kind: 'rps', limit: 5 }, lasting: 'harmless' },
  { name: 'an allowance of zero', then: answer('zero-allowance'), lasting: 'fatal' },
  { name: '500', then: answer('internal-error') },
  { name: '503', then: answer('unavailable') },
  { name: '409', then: answer('conflict') },
  { name: 'a redirect to another path', then: { kind: 'redirect', to: 'same-host' } },
  { name: 'a redirect to another host', then: { kind: 'redirect', to: 'other-host' } },
  { name: 'a stale listing', then: { kind: 'stale', seconds: 60 }, listOnly: true, lasting: 'harmless' },
  { name: 'a repeated row', then: { kind: 'rows', repeat: 1 }, listOnly: true, lasting: 'unproven' },
  { name: 'a row left out', then: { kind: 'rows', drop: 1 }, listOnly: true, lasting: 'unproven' },
  {
    name: 'an empty page',
    then: { kind: 'answer', status: 200, body: '[]' },
    listOnly: true,
    lasting: 'unseen',
  },
]
