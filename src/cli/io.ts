import type { Readable, Writable } from 'node:stream'

/** The world outside, as a command sees it; tests hand in their own. stdout is data, stderr is talk. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly env: Readonly<Record<string, string | undefined>>
  /** Fires when the user or the system asks the command to stop. */
  readonly signal: AbortSignal
  /** How to name this process to others: `pid 17 on host`. */
  readonly name: string
  /** Called by a command that changes something: it does not end when nobody reads stdout any more. */
  readonly goOnUnread?: () => void
}

/** The options every command has. */
export interface GlobalOptions {
  readonly archive: string
  readonly json?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
}

/** The options of every command that talks to an account. */
export interface AccountOptions extends GlobalOptions {
  readonly apiKeyFile?: string
  readonly baseUrl?: string
}
