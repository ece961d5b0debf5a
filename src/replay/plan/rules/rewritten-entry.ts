import type { Loss } from '../../loss.ts'

/** An entry as it is sent, and on whose side it stands. */
export interface Input {
  readonly text: string
  readonly by: 'user' | 'assistant' | 'prefix' | 'call' | 'result'
}

/** What becomes of one entry of the source: what is sent for it, and what that loses. */
export interface RewrittenEntry {
  readonly inputs: readonly Input[]
  readonly losses: readonly Loss[]
}
