import { InvalidArgumentError } from 'commander'

import { AGE_EXAMPLES, DATE_EXAMPLES, parseAge, parseDateNear } from '../../model/relative-time.ts'

/** Returns a parser for a date or a time, which may be relative to now, to an ISO time in UTC. */
export function date(now: () => Date): (text: string) => string {
  return (text) => expected(parseDateNear(text, now()), DATE_EXAMPLES)
}

/** Returns a parser for an age such as `3d`, to the ISO time in UTC that long ago. */
export function age(now: () => Date): (text: string) => string {
  return (text) => expected(parseAge(text, now()), AGE_EXAMPLES)
}

function expected(time: string | undefined, examples: string): string {
  if (time !== undefined) return time
  throw new InvalidArgumentError(`Expected ${examples}.`)
}
