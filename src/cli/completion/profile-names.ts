import { findConfig } from '../config/find-config.ts'
import { readProfiles } from '../config/profiles.ts'
import type { Io } from '../io.ts'
import type { Suggestion } from './expected-value.ts'

/** Returns the profiles of the configuration, each with its archive. */
export function profileNames(config: string, env: Io['env']): Suggestion[] {
  const profiles = readProfiles(findConfig(config || undefined, { env }), env['HOME'])
  return profiles.map(({ name, archive }) => ({ word: name, about: archive }))
}
