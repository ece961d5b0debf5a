import type { AccountOptions } from '../io.ts'
import type { SelectionOptions } from './selection-options.ts'

/** The options of `verify`, with and without --remote. */
export interface VerifyCommandOptions extends AccountOptions, SelectionOptions {
  readonly repair?: boolean
  readonly remote?: boolean
  readonly sample?: number
  readonly seed?: number
  readonly concurrency?: number
}
