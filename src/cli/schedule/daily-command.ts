/** A command that runs every day. */
export interface DailyCommand {
  /** Absolute paths, because these systems know neither the folder nor the PATH of a shell. */
  readonly words: readonly string[]
  readonly hour: number
  readonly minute: number
}
