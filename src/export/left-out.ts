import { HansardError, messageOf } from '../errors.ts'

/** Thrown by a writer that can't write a conversation, before it has written any of it. The export goes on. */
export class LeftOut extends Error {
  /** Whether this is a fault, rather than something that the format has no form for. */
  readonly isFault: boolean

  constructor(reason: string, isFault = false) {
    super(reason)
    this.isFault = isFault
  }
}

/** In characters or bytes; of a conversation that needs more, everything is made twice instead of being kept. */
const KEPT = 1024 * 1024

/**
 * All parts of a conversation, none of which comes before every one of them could be made: so a conversation that a
 * writer fails on is left out as a whole, and what was written of others stays. Small ones are kept, so that only the
 * parts of large ones are made twice.
 *
 * @throws LeftOut where a part can't be made
 */
export function* whole<Part>(
  make: () => Iterable<Part>,
  sizeOf: (part: Part) => number,
): Generator<Part, void, undefined> {
  const kept: Part[] = []
  let size = 0
  madeOrLeftOut(() => {
    for (const part of make()) {
      size += sizeOf(part)
      if (size <= KEPT) kept.push(part)
      else kept.length = 0
    }
  })
  yield* size <= KEPT ? kept : make()
}

/**
 * Makes something of a conversation, before any of it is written.
 *
 * @throws LeftOut where it can't be made
 */
export function madeOrLeftOut<Made>(make: () => Made): Made {
  try {
    return make()
  } catch (thrown) {
    throw leftOutFor(thrown)
  }
}

/** What was thrown by the shape or the size of a conversation, as `LeftOut`; what the machine threw, as it is. */
function leftOutFor(thrown: unknown): unknown {
  if (thrown instanceof LeftOut || thrown instanceof HansardError) return thrown
  if (/^(?:E[A-Z]+|SQLITE_\w+)$/.test(codeOf(thrown))) return thrown
  const message = messageOf(thrown)
  if (/call stack/i.test(message)) return new LeftOut('it is nested too deeply for this format', true)
  if (/string length|longer than/i.test(message)) return new LeftOut('it is too large for this format', true)
  return new LeftOut(`unexpected error: ${message}`, true)
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
}
