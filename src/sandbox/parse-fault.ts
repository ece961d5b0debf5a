import { HansardError } from '../errors.ts'
import { isObject } from '../model/json/parse-json.ts'
import type { Effect, Fault } from './faults/fault-book.ts'
import { likeAnswers } from './faults/fault-responses.ts'
import { routes } from './operations/routes.ts'

/** Reads a fault as the command line gives it. */
export function parseFault(text: string): Fault {
  const fault = parse(text)
  if (!isObject(fault) || !isObject(fault['then'])) throw refuse(text, 'A fault is an object with `then`.')
  const { kind, like } = fault['then']
  if (!Object.hasOwn(kinds, String(kind))) throw refuse(text, `Kinds: ${Object.keys(kinds).join(', ')}.`)
  if (like !== undefined && !Object.hasOwn(likeAnswers, String(like))) {
    throw refuse(text, `It can be like: ${Object.keys(likeAnswers).join(', ')}.`)
  }
  const operations = routes.flatMap(({ name, streaming }) => [name, streaming])
  if (fault['operation'] !== undefined && !operations.some((name) => name === fault['operation'])) {
    throw refuse(text, `Operations: ${[...new Set(operations)].join(', ')}.`)
  }
  return fault as unknown as Fault
}

/** Every kind; the type keeps the list complete. */
const kinds: Readonly<Record<Effect['kind'], true>> = {
  latency: true,
  answer: true,
  rps: true,
  reset: true,
  'finish-later': true,
  'finish-anyway': true,
  redirect: true,
  truncate: true,
  overlong: true,
  garble: true,
  'content-type': true,
  stall: true,
  trickle: true,
  'cut-stream': true,
  'stream-error': true,
  rows: true,
  stale: true,
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new HansardError('usage', `This fault is not JSON: ${text}`, {
      cause,
      hint: 'A fault looks like {"operation":"list","nth":2,"then":{"kind":"answer","like":"bad-gateway"}}.',
    })
  }
}

function refuse(text: string, hint: string): HansardError {
  return new HansardError('usage', `The sandbox does not know this fault: ${text}`, { hint })
}
