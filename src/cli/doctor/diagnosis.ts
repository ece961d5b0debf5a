import { hintOf, messageOf } from '../../errors.ts'

/** What an examination found. */
export interface Diagnosis {
  /** What was examined: `disk`. */
  readonly about: string
  /** `unknown`: it could not be examined, for a reason that another diagnosis names. */
  readonly state: 'ok' | 'warning' | 'problem' | 'unknown'
  readonly what: string
  /** What to do. */
  readonly hint?: string | undefined
}

/** Returns the diagnosis of something that failed. */
export function problemOf(about: string, thrown: unknown): Diagnosis {
  return { about, state: 'problem', what: messageOf(thrown), hint: hintOf(thrown) }
}
