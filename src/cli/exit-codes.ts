import { isHansardError, type ErrorCode } from '../errors.ts'

/** The exit codes. Scripts rely on them: a number never changes its meaning. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  partial: 3,
  different: 4,
  keyRefused: 5,
  locked: 6,
  budget: 7,
  damaged: 8,
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

const codesOfErrors: Partial<Record<ErrorCode, ExitCode>> = {
  usage: exitCodes.usage,
  'another-account': exitCodes.usage,
  'not-an-archive': exitCodes.usage,
  'plan-refused': exitCodes.usage,
  'key-refused': exitCodes.keyRefused,
  'archive-locked': exitCodes.locked,
  budget: exitCodes.budget,
  'archive-newer': exitCodes.damaged,
  'archive-older': exitCodes.damaged,
  'archive-damaged': exitCodes.damaged,
  interrupted: exitCodes.interrupted,
}

/** Returns the exit code for an error; an unexpected error is a failure. */
export function exitCodeOf(thrown: unknown): ExitCode {
  return (isHansardError(thrown) ? codesOfErrors[thrown.code] : undefined) ?? exitCodes.failed
}
