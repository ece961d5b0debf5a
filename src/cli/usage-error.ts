import { CommanderError } from 'commander'

import { HansardError } from '../errors.ts'
import { unknownFormat } from '../export/formats.ts'

/** Returns whether the command line only asked for help or the version, which commander has printed. */
export function isHelpRequest(thrown: unknown): boolean {
  return thrown instanceof CommanderError && thrown.exitCode === 0
}

/** Converts commander's error about a wrong command line to a HansardError with a hint. */
export function toUsageError(thrown: unknown, names: readonly string[]): HansardError | undefined {
  if (!(thrown instanceof CommanderError)) return undefined
  const help = `See \`${['hansard', ...names, '--help'].join(' ')}\`.`
  if (thrown.code === 'commander.help') return new HansardError('usage', 'No command given', { hint: help })
  if (names[0] === 'export' && thrown.code === 'commander.unknownCommand')
    return unknownFormat(/'(.*)'/.exec(thrown.message)?.[1] ?? '')
  const [said = '', suggestion] = thrown.message.replace(/^error: /, '').split('\n')
  const [message = '', ...rest] = said.replace(/\.$/, '').split('. ')
  const advice = rest.length > 0 ? `${rest.join('. ')}.` : suggestion?.replace(/^\((.*)\)$/, '$1')
  return new HansardError('usage', inOurWords(message), {
    hint: advice ?? help,
    cause: thrown,
  })
}

/** Words messages as our own are, with the argument first. */
function inOurWords(message: string): string {
  const [, value, name] =
    /^command-argument value '(.*)' is invalid for argument '(.*)'$/s.exec(message) ?? []
  if (value !== undefined && name !== undefined) return `Argument '${name}' is invalid: '${value}'`
  return message.charAt(0).toUpperCase() + message.slice(1)
}
