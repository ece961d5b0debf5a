import type { Command } from 'commander'

import { HansardError } from '../../errors.ts'
import type { GlobalOptions, Io, TargetOptions } from '../io.ts'
import { findConfig } from './find-config.ts'
import { profileNamed, readProfiles, type Limit, type Profile } from './profiles.ts'

/** An account of the configuration, with the options of a command for it alone. */
export interface ConfiguredAccount<Options> {
  readonly name: string
  readonly limit: Limit | undefined
  readonly options: Options
}

/** The options of a command that works on all accounts of the configuration. */
export interface AllOptions<Options = GlobalOptions> {
  readonly accounts?: readonly ConfiguredAccount<Options>[]
}

/**
 * Adds what the profiles of source (`--profile`) and target (`--to`) set, or with `--all` the accounts of all profiles. What
 * stands on the command line wins; variables of the environment do not.
 *
 * @throws HansardError `usage` if the configuration is wrong or has no such profile
 */
export function applyProfiles<Options extends TargetOptions & { readonly allProfiles?: boolean }>(
  command: Command,
  options: Options,
  io: Io,
): Options & AllOptions<Options> {
  if (options.allProfiles === true) refuseBesideAll(command)
  const path = findConfig(options.config, io)
  const profiles = readProfiles(path, io.env['HOME'])
  const isGiven = (name: string) => command.getOptionValueSourceWithGlobals(name) === 'cli'
  const withSet = (set: object): Options => {
    const added = Object.entries(set).filter(([name, value]) => value !== undefined && !isGiven(name))
    return { ...options, ...Object.fromEntries(added) }
  }
  if (options.allProfiles === true) {
    const accounts = profiles.map((profile) => {
      const { name, limit } = profile
      return { name, limit, options: withSet(optionsOfSource(profile, command)) }
    })
    return { ...options, accounts }
  }
  const named = (name: string | undefined) =>
    name === undefined ? undefined : profileNamed(name, profiles, path)
  const [source, target] = [named(options.profile), named(options.to)]
  return withSet({ ...(source && optionsOfSource(source, command)), ...(target && optionsOfTarget(target)) })
}

/** These name one account, or what one account may do. */
const ONE_ACCOUNT = ['profile', 'archive', 'apiKeyFile', 'baseUrl', 'id', 'maxRps']

function refuseBesideAll(command: Command): void {
  const given = ONE_ACCOUNT.find((name) => command.getOptionValueSourceWithGlobals(name) === 'cli')
  if (given === undefined) return
  const flag = `--${given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  throw new HansardError('usage', `--all cannot be combined with ${flag}`, {
    hint: 'The configuration says it for each account; use --profile for one of them.',
  })
}

/** Commands of `replay` write, so that what a profile says about reading does not apply to them. */
function optionsOfSource({ archive, baseUrl, key, options, limit }: Profile, command: Command) {
  const maxRps = options.maxRps ?? limit?.requestsPerSecond
  const reading = command.parent?.name() === 'replay' ? {} : { ...options, maxRps }
  return { archive, baseUrl, key, ...reading }
}

function optionsOfTarget({ baseUrl, key }: Profile) {
  return { toBaseUrl: baseUrl, toKey: key }
}
