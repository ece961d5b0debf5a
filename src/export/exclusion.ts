import { HansardError, messageOf } from '../errors.ts'

/**
 * Thrown by a writer that cannot write a conversation, before it has written any part of it. The export goes on without
 * the conversation, counts it as `leftOut`, and names it with this message as the reason.
 */
export class ExcludedError extends Error {
  /** The reason as a code: a fault, or one of the reasons of the format. */
  readonly code: string

  constructor(code: string, reason: string) {
    super(reason)
    this.code = code
  }

  /** True if writing failed; false if the format cannot represent the conversation. */
  get isFault(): boolean {
    return Object.hasOwn(faults, this.code)
  }
}

/** Why writing failed, by code. */
const faults = {
  'too-deep': 'nested too deeply for this format',
  'too-large': 'too large for this format',
  unexpected: 'unexpected error',
} as const

/** Size in characters or bytes up to which the parts of a conversation are kept; the parts of a larger one are made twice. */
const MAX_KEPT = 1024 * 1024

/**
 * Yields the parts of a conversation once all of them could be made. A conversation that a writer fails on is therefore
 * excluded as a whole and never written in part.
 *
 * @throws ExcludedError if a part cannot be made
 */
export function* allOrNothing<Part>(
  make: () => Iterable<Part>,
  sizeOf: (part: Part) => number,
): Generator<Part, void, undefined> {
  const kept: Part[] = []
  let size = 0
  excludeOnError(() => {
    for (const part of make()) {
      size += sizeOf(part)
      if (size <= MAX_KEPT) kept.push(part)
      else kept.length = 0
    }
  })
  yield* size <= MAX_KEPT ? kept : make()
}

/**
 * Makes something from a conversation, before any of it is written.
 *
 * @throws ExcludedError if it cannot be made
 */
export function excludeOnError<Made>(make: () => Made): Made {
  try {
    return make()
  } catch (thrown) {
    throw asExcluded(thrown)
  }
}

/** Turns an error caused by the shape or size of a conversation into an `ExcludedError`; returns any other error as it is. */
function asExcluded(thrown: unknown): unknown {
  if (thrown instanceof ExcludedError || thrown instanceof HansardError) return thrown
  if (/^(?:E[A-Z]+|SQLITE_\w+)$/.test(codeOf(thrown))) return thrown
  const message = messageOf(thrown)
  if (/call stack/i.test(message)) return new ExcludedError('too-deep', faults['too-deep'])
  if (/string length|longer than/i.test(message)) return new ExcludedError('too-large', faults['too-large'])
  return new ExcludedError('unexpected', `${faults.unexpected}: ${message}`)
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
}
