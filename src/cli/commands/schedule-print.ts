import { resolve } from 'node:path'

import { HansardError } from '../../errors.ts'
import { startScript } from '../../own-files.ts'
import { findConfig } from '../config/find-config.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { AccountOptions, Io } from '../io.ts'
import { schedules, type ScheduleName } from '../schedule/schedules.ts'
import { write, writeJson } from '../terminal/stdout.ts'

export interface SchedulePrintOptions extends AccountOptions {
  readonly system: ScheduleName
  /** The time of day, local: `03:15`. */
  readonly at: string
  /** Options that the nightly backup gets, too. */
  readonly more: readonly string[]
}

/** `hansard schedule print SYSTEM`: prints what runs a backup every night, ready to be installed. */
export async function schedulePrintCommand(options: SchedulePrintOptions, io: Io): Promise<ExitCode> {
  const { system, at, json, more } = options
  const [hour = 0, minute = 0] = at.split(':').map(Number)
  const words = [process.execPath, startScript, 'backup', '--quiet', ...accountWords(options, io), ...more]
  const script = schedules[system]({ words, hour, minute })
  if (json) await writeJson(io.stdout, { command: 'schedule print', system, script })
  else await write(io.stdout, script)
  return exitCodes.done
}

/** One account whose key is in a file, one profile, or all profiles. */
function accountWords({ apiKeyFile, archive, profile, config }: AccountOptions, io: Io): string[] {
  if (apiKeyFile !== undefined) return ['--archive', resolve(archive), '--api-key-file', resolve(apiKeyFile)]
  try {
    const which = profile === undefined ? ['--all'] : ['--profile', profile]
    return [...which, '--config', resolve(findConfig(config, io))]
  } catch (cause) {
    throw new HansardError('usage', 'There is no configuration, and no key file for a single account', {
      hint: 'Use --config with a file of profiles, or --archive and --api-key-file. A nightly run does not know the variables of your shell.',
      cause,
    })
  }
}
