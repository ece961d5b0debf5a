import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

import { PUBLIC_API } from '../../api/client-options.ts'
import { HansardError } from '../../errors.ts'
import { bytes } from '../options/option-values.ts'
import { configError, issueError } from './config-error.ts'
import { configSchema, type RawConfig, type RawProfile } from './config-schema.ts'
import type { KeySource } from './key-source.ts'
import { readToml, type KeyPath, type TomlFile } from './toml-file.ts'

/** Options of `backup` that a profile sets, named as on the command line. */
export interface ProfileOptions {
  readonly maxRps?: number | undefined
  readonly concurrency?: number | undefined
  readonly pageSize?: number | undefined
  readonly messages?: 'all' | 'sample' | 'none' | undefined
  readonly files?: boolean | undefined
  readonly maxFileSize?: number | undefined
}

/** An account of a configuration. */
export interface Profile {
  readonly name: string
  readonly archive: string
  readonly baseUrl: string | undefined
  readonly key: KeySource
  /** The limit that its requests count against, with those of other profiles. */
  readonly limit: Limit | undefined
  readonly options: ProfileOptions
}

/** What all accounts of a workspace or an organisation may send together. */
export interface Limit {
  readonly name: string
  readonly requestsPerSecond: number
}

/**
 * Reads all profiles of a configuration, in the order of the file.
 *
 * @throws HansardError `usage` with file, line and key of what is wrong
 */
export function readProfiles(path: string, home: string | undefined): Profile[] {
  const file = readToml(path)
  const { data: config, error } = configSchema.safeParse(file.content)
  if (error !== undefined) throw issueError(file, error, allowedKeys)
  const profiles = Object.keys(config.profiles).map((name) => readProfile(name, { file, config, home }))
  if (profiles.length === 0)
    throw configError(
      file,
      [],
      'there is no profile',
      'Add one: [profiles.NAME], with its archive and its key.',
    )
  refuseOpenCommands(file, profiles)
  refuseTwice(file, profiles, 'archive', ({ archive }) => archive)
  refuseTwice(file, profiles, 'account', ({ key, baseUrl = PUBLIC_API }) => JSON.stringify([key, baseUrl]))
  return profiles
}

/**
 * Returns the profile of this name.
 *
 * @throws HansardError `usage` if there is none
 */
export function profileNamed(name: string, profiles: readonly Profile[], path: string): Profile {
  const found = profiles.find((each) => each.name === name)
  if (found !== undefined) return found
  const names = profiles.map((each) => each.name)
  const more = names.length > 20 ? ', …' : ''
  throw new HansardError('usage', `${path} has no profile ${JSON.stringify(name)}`, {
    hint: `It has: ${names.slice(0, 20).join(', ')}${more}.`,
  })
}

interface Reading {
  readonly file: TomlFile
  readonly config: RawConfig
  readonly home: string | undefined
}

function readProfile(name: string, { file, config, home }: Reading): Profile {
  const levels = levelsOf(name, { file, config })
  const merged = Object.assign({}, ...levels.map(({ table }) => table).toReversed()) as RawProfile
  const own = ['profiles', name]
  const pathOf = (text: string) => resolve(dirname(file.path), text.replace(/^~(?=\/)/, home ?? '~'))
  if (merged.archive === undefined) throw configError(file, [...own, 'archive'], 'is missing')
  if (merged.max_rps !== undefined && merged.limit !== undefined)
    throw configError(file, [...own, 'limit'], 'there is max_rps as well; use one of them')
  return {
    name,
    archive: pathOf(merged.archive),
    baseUrl: merged.base_url,
    key: keyOf(levels, merged, own, file, pathOf),
    limit: limitOf(merged.limit, own, { file, config }),
    options: {
      maxRps: merged.max_rps,
      concurrency: merged.concurrency,
      pageSize: merged.page_size,
      messages: merged.messages,
      files: merged.files,
      maxFileSize: merged.max_file_size === undefined ? undefined : sizeOf(merged.max_file_size, own, file),
    },
  }
}

interface Level {
  readonly at: KeyPath
  readonly table: RawProfile
}

/** The tables that say what a profile is: its own first, then those that it extends, then the defaults. */
function levelsOf(name: string, { file, config }: Omit<Reading, 'home'>): Level[] {
  const levels: Level[] = []
  for (let next: string | undefined = name; next !== undefined;) {
    const at = ['profiles', next]
    const table: RawProfile | undefined = config.profiles[next]
    const extending = ['profiles', levels.at(-1)?.at[1] ?? '', 'extends']
    if (table === undefined) throw configError(file, extending, `there is no profile ${JSON.stringify(next)}`)
    if (levels.some((level) => level.at[1] === next)) {
      const circle = [...levels.map((level) => String(level.at[1])), next].join(' → ')
      throw configError(file, extending, `the profiles extend each other in a circle: ${circle}`)
    }
    levels.push({ at, table })
    next = table.extends
  }
  return [...levels, { at: ['defaults'], table: config.defaults ?? {} }]
}

const KEY_SOURCES = ['api_key_env', 'api_key_file', 'api_key_command'] as const

/** The first level that names a key decides. */
function keyOf(
  levels: readonly Level[],
  merged: RawProfile,
  own: KeyPath,
  file: TomlFile,
  pathOf: (text: string) => string,
): KeySource {
  for (const { at, table } of levels) {
    const [source, other] = KEY_SOURCES.filter((name) => table[name] !== undefined)
    if (source === undefined) continue
    if (other !== undefined)
      throw configError(file, [...at, other], `there is ${source} as well; use one of them`)
    if (table.api_key_env !== undefined) return { kind: 'variable', name: table.api_key_env }
    if (table.api_key_file !== undefined) return { kind: 'file', path: pathOf(table.api_key_file) }
    const timeoutSeconds = merged.api_key_command_timeout ?? DEFAULT_TIMEOUT_S
    return { kind: 'command', command: table.api_key_command ?? '', timeoutSeconds }
  }
  throw configError(file, own, 'there is no key', `Add one of ${KEY_SOURCES.join(', ')}.`)
}

/** Enough to open a password store that somebody has unlocked. */
const DEFAULT_TIMEOUT_S = 60

function limitOf(
  name: string | undefined,
  own: KeyPath,
  { file, config }: Omit<Reading, 'home'>,
): Limit | undefined {
  if (name === undefined) return undefined
  const found = config.limits?.[name]
  if (found !== undefined) return { name, requestsPerSecond: found.requests_per_second }
  throw configError(file, [...own, 'limit'], `there is no table limits.${name}`)
}

function sizeOf(text: string, own: KeyPath, file: TomlFile): number {
  try {
    return bytes(text)
  } catch {
    throw configError(
      file,
      [...own, 'max_file_size'],
      'expected a size such as "500000", "20kb", "10mb" or "1gb"',
    )
  }
}

/** Whoever can write to the file could run commands as its user. */
function refuseOpenCommands(file: TomlFile, profiles: readonly Profile[]): void {
  if (!profiles.some(({ key }) => key.kind === 'command') || (statSync(file.path).mode & 0o002) === 0) return
  throw new HansardError('usage', `${file.path} contains commands, and every user can write to it`, {
    hint: `Run: chmod go-w ${file.path}`,
  })
}

function refuseTwice(
  file: TomlFile,
  profiles: readonly Profile[],
  what: string,
  valueOf: (profile: Profile) => string,
): void {
  const names = new Map<string, string>()
  for (const profile of profiles) {
    const other = names.get(valueOf(profile))
    if (other !== undefined)
      throw configError(file, ['profiles', profile.name], `has the same ${what} as ${other}`)
    names.set(valueOf(profile), profile.name)
  }
}

function allowedKeys(table: KeyPath): string {
  const [root] = table
  if (root === undefined) return Object.keys(configSchema.shape).join(', ')
  if (root === 'limits') return 'requests_per_second'
  const { defaults, profiles } = configSchema.shape
  return Object.keys(root === 'profiles' ? profiles.valueType.shape : defaults.unwrap().shape).join(', ')
}
