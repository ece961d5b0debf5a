import type { Loss } from '../../loss.ts'

/** An input and whose it is. */
export interface Input {
  readonly text: string
  readonly by: 'user' | 'assistant' | 'prefix' | 'call' | 'result'
}

/** The inputs to send for one entry of the source, and the losses. */
export interface RewrittenEntry {
  readonly inputs: readonly Input[]
  readonly losses: readonly Loss[]
}
