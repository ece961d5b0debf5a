import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

import { HansardError } from '../../errors.ts'
import type { Io } from '../io.ts'

/**
 * Returns the configuration file: the one given, that of HANSARD_CONFIG, that of the user, or `hansard.toml` in the current
 * folder, in this order.
 *
 * @throws HansardError `usage` if there is none
 */
export function findConfig(given: string | undefined, { env }: Pick<Io, 'env'>): string {
  const named = given ?? env['HANSARD_CONFIG']
  if (named) return named
  const ofUser = join(
    env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config'),
    'hansard',
    'config.toml',
  )
  const found = [ofUser, 'hansard.toml'].find((path) => existsSync(path))
  if (found !== undefined) return found
  throw new HansardError('usage', 'There is no configuration file', {
    hint: `Name one with --config or HANSARD_CONFIG, or create ${ofUser} or ./hansard.toml. The help of \`hansard backup\` shows one.`,
  })
}
