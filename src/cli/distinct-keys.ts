import { workThrough } from '../backup/worker-pool.ts'
import { HansardError } from '../errors.ts'
import type { ConfiguredAccount } from './config/apply-profiles.ts'
import { findApiKey } from './connect.ts'
import type { AccountOptions, Io } from './io.ts'

/** The key of an account, or why there is none. */
export interface ReadKey {
  readonly apiKey?: string
  readonly error?: unknown
}

/** So many commands for keys run at the same time. */
const AT_ONCE = 8

/**
 * Reads the keys of all accounts, by the names of their profiles. A key that two profiles have belongs to the first of them:
 * a second archive of the same account would hold the same, and nobody would look after it.
 */
export async function distinctKeys(
  accounts: readonly ConfiguredAccount<AccountOptions>[],
  io: Io,
): Promise<ReadonlyMap<string, ReadKey>> {
  const keys = new Map<string, ReadKey>()
  await workThrough(accounts.values(), AT_ONCE, async ({ name, options }) => {
    const key = findApiKey(options, io).then((apiKey) => ({ apiKey }))
    keys.set(name, await key.catch((error: unknown) => ({ error })))
  })
  const owners = new Map<string, string>()
  for (const { name, options } of accounts) {
    const { apiKey } = keys.get(name) ?? {}
    if (apiKey === undefined) continue
    const account = `${apiKey} ${options.baseUrl ?? ''}`
    const owner = owners.get(account)
    if (owner === undefined) owners.set(account, name)
    else keys.set(name, { error: sameKey(owner) })
  }
  return keys
}

function sameKey(owner: string): HansardError {
  return new HansardError('usage', `This is the key of ${owner}, too`, {
    hint: 'Each profile needs the key of another account.',
  })
}
