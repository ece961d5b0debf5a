import { z } from 'zod'

import { HansardError } from '../../errors.ts'
import { parseJson } from '../../model/json/parse-json.ts'
import { describeIssues } from '../describe-issues.ts'
import { routePaths, type RouteName } from '../route-names.ts'
import { cannedResponses, type CannedResponse } from './canned-responses.ts'

const count = z.int().nonnegative()
const ms = z.number().nonnegative()
/** The canned response of a limit; without one, it names a Retry-After of a second. */
const refusal = z.enum(['too-many', 'too-many-retry-after'])

const kinds = [
  /** Waits before the operation; a client that disconnects meanwhile cancels it. */
  z.strictObject({ kind: z.literal('latency'), ms }),
  /** Sends this response instead of doing the operation; `like` names a canned response, which the rest changes. */
  z.strictObject({
    kind: z.literal('answer'),
    like: z.enum(Object.keys(cannedResponses) as CannedResponse[]).exactOptional(),
    status: z.int().min(200).max(599).exactOptional(),
    body: z.string().exactOptional(),
    headers: z.record(z.string(), z.string()).exactOptional(),
  }),
  /** Responds with 429 above this many requests per second and account; up to `burst` of them may come at once. */
  z.strictObject({
    kind: z.literal('rps'),
    limit: z.number().positive(),
    burst: z.number().min(1).exactOptional(),
    /** All accounts share the limit, as those of a workspace. */
    shared: z.boolean().exactOptional(),
    like: refusal.exactOptional(),
  }),
  /** Responds with 429 above this many requests per account in each period, counted anew with the next one. */
  z.strictObject({
    kind: z.literal('quota'),
    limit: z.int().positive(),
    seconds: z.number().positive(),
    like: refusal.exactOptional(),
    /** Other responses state the limit in a header. */
    stated: z.boolean().exactOptional(),
  }),
  /** Resets the connection, before or after the operation. */
  z.strictObject({ kind: z.literal('reset'), when: z.enum(['before', 'after']) }),
  /** Resets the connection at once, and does the operation this much later. */
  z.strictObject({ kind: z.literal('finish-later'), ms }),
  /** Waits like latency, and does the operation even if the client disconnects. */
  z.strictObject({ kind: z.literal('finish-anyway'), ms }),
  /** Redirects to another path of the sandbox, or to another host. */
  z.strictObject({
    kind: z.literal('redirect'),
    to: z.enum(['same-host', 'other-host']),
    status: z.int().min(300).max(399).exactOptional(),
  }),
  /** Sends the first `keep` bytes of the body and closes; the head states the full length, or the body is chunked. */
  z.strictObject({ kind: z.literal('truncate'), keep: count, framing: z.enum(['length', 'chunked']) }),
  /** Adds bytes to the body: spaces that the stated length includes, or garbage beyond it. */
  z.strictObject({ kind: z.literal('overlong'), bytes: count, where: z.enum(['within', 'beyond']) }),
  /** Corrupts the body and keeps the status: JSON that is cut off, or bytes that are not UTF-8. */
  z.strictObject({ kind: z.literal('garble'), how: z.enum(['json', 'utf8']) }),
  z.strictObject({ kind: z.literal('content-type'), value: z.string() }),
  /** Stops sending before the head, or after half of the body; forever without `ms`. */
  z.strictObject({ kind: z.literal('stall'), at: z.enum(['head', 'body']), ms: ms.exactOptional() }),
  /** Sends the body in pieces of this many bytes, with a pause between them. */
  z.strictObject({ kind: z.literal('trickle'), bytes: z.int().positive(), ms }),
  /** Closes a stream after this many events, or in the middle of the next one. */
  z.strictObject({ kind: z.literal('cut-stream'), events: count, inside: z.boolean().exactOptional() }),
  /** Ends a stream after this many events with `conversation.response.error`. */
  z.strictObject({ kind: z.literal('stream-error'), events: count }),
  /** Repeats or leaves out a row of a listing page, counted from 0. */
  z.strictObject({ kind: z.literal('rows'), repeat: count.exactOptional(), drop: count.exactOptional() }),
  /** Lists the account as it was this many seconds ago. */
  z.strictObject({ kind: z.literal('stale'), seconds: z.number().nonnegative() }),
] as const

/** Which requests a fault applies to, and what happens to them. All given conditions must hold. */
const faultSchema = z.strictObject({
  operation: z.enum(Object.keys(routePaths) as RouteName[]).exactOptional(),
  /** The key of an account. */
  account: z.string().exactOptional(),
  /** The identifier in the path. */
  id: z.string().exactOptional(),
  /** Only the n-th request that the conditions above match, counted from 1. */
  nth: z.int().positive().exactOptional(),
  /** Only every n-th of them. */
  every: z.int().positive().exactOptional(),
  /** At most this many of them. */
  times: count.exactOptional(),
  then: z.discriminatedUnion('kind', kinds, {
    error: `expected one of ${kinds.map(({ shape }) => shape.kind.value).join(', ')}`,
  }),
})

/** A fault as data: conditions, and in `then` the effect. */
export type Fault = z.infer<typeof faultSchema>

/** What a fault does; `src/sandbox/README.md` lists every kind. `ms` is in milliseconds, sizes are in bytes. */
export type Effect = Fault['then']

/** The first effect of a kind. */
export function findEffect<Kind extends Effect['kind']>(
  effects: readonly Effect[],
  kind: Kind,
): Extract<Effect, { kind: Kind }> | undefined {
  return effects.find((effect): effect is Extract<Effect, { kind: Kind }> => effect.kind === kind)
}

/** Parses a fault of the command line. Throws `usage` with the fields that are wrong. */
export function parseFault(text: string): Fault {
  const parsed = parseJson(text)
  const { data, error } = faultSchema.safeParse(parsed)
  if (data) return data
  const reason = parsed === undefined ? 'not valid JSON' : describeIssues(error)
  throw new HansardError('usage', `Invalid fault ${text}: ${reason}`, {
    hint: 'A fault looks like {"operation":"list","nth":2,"then":{"kind":"answer","like":"bad-gateway"}}.',
  })
}
