import type { Readable, Writable } from 'node:stream'

import type { Clock } from '../api/clock.ts'
import type { KeySource } from './config/key-source.ts'

/** Where a command writes: a terminal, a pipe or a file. */
export type Output = Writable & {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  /** How to call hansard from here, in messages: `node bin/hansard.js`. Default: `hansard`. */
  readonly calledAs?: string
}

/** The surroundings of a command; tests pass their own. Data goes to stdout, messages to stderr. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  /** The time of the machine, which dates such as `3d` and `2 h ago` refer to. */
  readonly now: () => Date
  /** Aborts when the user or the system asks the command to stop. */
  readonly signal: AbortSignal
  /** The clock of progress lines. Default: that of the machine. */
  readonly clock?: Clock
  /** The name of this process in messages of other processes: `pid 17 on host`. */
  readonly name: string
  /** The words that start hansard from any folder. Default: `hansard`. */
  readonly startWords?: readonly string[]
  /**
   * Called when another program, such as a pager, runs on the terminal: Ctrl-C is meant for that program. Call the result
   * when it has ended. Without this function, no program can be started.
   */
  readonly lendTerminal?: () => () => void
  /** Called by a command that must finish even when nobody reads stdout any more. */
  readonly goOnUnread?: () => void
}

/** The options of every command. */
export interface GlobalOptions {
  readonly archive: string
  readonly json?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
  /** False with --no-pager. */
  readonly pager?: boolean
  /** The name of the profile of the configuration that sets other options. */
  readonly profile?: string
  /** The configuration file. Default: where `findConfig` finds it. */
  readonly config?: string
}

/** The options of every command that connects to an account. */
export interface AccountOptions extends GlobalOptions {
  readonly apiKeyFile?: string
  /** Where the profile says that the key is. */
  readonly key?: KeySource
  readonly baseUrl?: string
  readonly maxRps?: number
}

/** The options of every command that connects to the target of a replay. */
export interface TargetOptions extends GlobalOptions {
  /** The name of the profile of the target. */
  readonly to?: string
  readonly toApiKeyFile?: string
  /** Where the profile of the target says that the key is. */
  readonly toKey?: KeySource
  readonly toBaseUrl?: string
  /** Allow the source account as the target. */
  readonly sameAccount?: boolean
  readonly maxRequests?: number
}
