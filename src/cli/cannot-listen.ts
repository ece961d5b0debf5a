import { HansardError, messageOf } from '../errors.ts'

/** The error of a server that could not begin to listen. */
export function cannotListen(what: string, cause: unknown): HansardError {
  return new HansardError('network', `${what}: ${messageOf(cause)}`, {
    cause,
    hint: 'Choose another --port, or leave it out to use any free port.',
  })
}
