/** What went wrong, for a program to test. `cli/exit-codes.ts` maps each code to an exit code. */
export type ErrorCode =
  /** An invalid argument or option. Nothing was done. */
  | 'usage'
  /** The API refused the key (401). */
  | 'key-refused'
  /** The API requires payment (402). */
  | 'payment-required'
  /** Not found, or this key has no access to it (404). */
  | 'not-found'
  /** The API refused the request (any other 4xx, such as 400, 403 and 422). */
  | 'request-refused'
  /** Another request is changing the conversation (409). */
  | 'conflict'
  /** Too many requests (429), and the time for retries is over. */
  | 'rate-limited'
  /** The rate limit of the account is zero, so that waiting does not help (429 with a limit of 0). */
  | 'no-allowance'
  /** The service failed (5xx), or something other than the API responded. */
  | 'service-failed'
  /** The connection could not be made, or broke. */
  | 'network'
  /** A timeout passed. */
  | 'timeout'
  /** A redirect that is not followed, such as to another host, which must not get the key. */
  | 'redirected'
  /** A body larger than the maximum. */
  | 'too-large'
  /** A body that is not JSON in UTF-8. */
  | 'not-json'
  /** JSON of an unexpected shape. */
  | 'unexpected-shape'
  /** A stream that reported a failure, or ended before `conversation.response.done`. */
  | 'stream-failed'
  /** The caller stopped the work. */
  | 'interrupted'
  /** A limit of the caller was reached: cost, tokens or requests. */
  | 'budget'
  /** Another process holds the lock of the archive. */
  | 'archive-locked'
  /** The file is not a hansard archive. */
  | 'not-an-archive'
  /** The archive was written by a newer hansard. */
  | 'archive-newer'
  /** The archive was written by a development version of hansard. */
  | 'archive-older'
  /** SQLite cannot read the archive. */
  | 'archive-damaged'
  /** The archive has no search index yet. */
  | 'not-indexed'
  /** The archive belongs to another account. */
  | 'another-account'
  /** The replay plan was edited, or is for another archive, or the archive or the target has changed since. */
  | 'plan-refused'
  /** A file cannot be read or written. */
  | 'file'

/** The details of an error. */
export interface ErrorFacts {
  /** What to do, as a sentence. */
  readonly hint?: string | undefined
  readonly cause?: unknown
  /** The HTTP status, if there was a response. */
  readonly status?: number | undefined
  /** The body that could not be used, without secrets; bytes if it is not UTF-8. */
  readonly body?: string | Uint8Array | undefined
}

/** Every error of this library: what happened (`code`, `message`), why (`cause`) and what to do (`hint`). */
export class HansardError extends Error {
  override readonly name = 'HansardError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly status: number | undefined
  readonly body: string | Uint8Array | undefined

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.code = code
    this.hint = facts.hint
    this.status = facts.status
    this.body = facts.body
  }
}

/** Tells whether a thrown value is a HansardError, with this code if one is given. */
export function isHansardError(value: unknown, code?: ErrorCode): value is HansardError {
  return value instanceof HansardError && (code === undefined || value.code === code)
}

/** Returns the message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** Returns what to do about anything that was thrown, if that is known. */
export function hintOf(thrown: unknown): string | undefined {
  return isHansardError(thrown) ? thrown.hint : undefined
}

/** Tells whether an error means that this process, or the machine, cannot open more files. */
export function isOutOfFiles(thrown: unknown): boolean {
  const { code, cause } = (thrown ?? {}) as { readonly code?: unknown; readonly cause?: unknown }
  return code === 'EMFILE' || code === 'ENFILE' || (cause !== undefined && isOutOfFiles(cause))
}

/** The message for such an error. `bin/hansard.js` repeats it for when no module can be loaded. */
export const outOfFiles = {
  message: 'Too many open files: the limit of this process is reached',
  hint: 'Raise the limit, for example with `ulimit -n 1024`, and run the command again.',
} as const
