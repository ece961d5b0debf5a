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
