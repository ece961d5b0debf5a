import type { z } from 'zod'

import { HansardError } from '../../errors.ts'
import type { KeyPath, TomlFile } from './toml-file.ts'

/** Returns the error about a key of a configuration file. No message may contain a value: it may be an API key. */
export function configError(file: TomlFile, keys: KeyPath, what: string, hint?: string): HansardError {
  const place = keys.length === 0 ? '' : ` ${keys.map(String).join('.')}:`
  return new HansardError('usage', `${file.path}, line ${file.lineOf(keys)}:${place} ${what}`, { hint })
}

/** Returns the error about the first thing that is wrong with a configuration file. */
export function issueError(
  file: TomlFile,
  { issues }: z.ZodError,
  keysOf: (table: KeyPath) => string,
): HansardError {
  const [issue] = issues
  if (issue === undefined) return configError(file, [], 'this is not a configuration')
  if (issue.code !== 'unrecognized_keys') return configError(file, issue.path, inOurWords(issue.message))
  const keys = [...issue.path, issue.keys[0] ?? '']
  if (isKeyOfService(keys)) return configError(file, keys, 'an API key must not stand in this file', KEY_HINT)
  return configError(file, keys, 'there is no such key', `Allowed here: ${keysOf(issue.path)}.`)
}

const KEY_HINT =
  'Name where it is: api_key_env (a variable), api_key_file (a file with nothing else), or api_key_command. Replace the key: it may be in backups of this file.'

/** Other programs call it so. */
function isKeyOfService(keys: KeyPath): boolean {
  return /^(api_?key|key|token)$/i.test(String(keys.at(-1)))
}

/** zod says `Invalid input: expected number, received string`. */
function inOurWords(message: string): string {
  const [, expected, received] = /^Invalid input: expected (.+), received (.+)$/.exec(message) ?? []
  if (received === 'undefined') return 'is missing'
  return expected === undefined
    ? message.charAt(0).toLowerCase() + message.slice(1)
    : `expected ${expected}, not ${String(received)}`
}
