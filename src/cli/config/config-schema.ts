import { z } from 'zod'

const filled = z.string().min(1, 'must not be empty')

/** What looks like a key of the service is not the name of a variable. */
const variable = z
  .string()
  .regex(/^(?![A-Za-z0-9]{32}$)[A-Za-z_]\w*$/, 'expected the name of an environment variable, not its value')

/** The configuration file has tables of these; `limits` and `profiles` are tables by name. */
const account = {
  /** Relative to the folder of the file, as all paths. */
  archive: filled,
  base_url: filled,
  api_key_env: variable,
  api_key_file: filled,
  /** A line for the shell, or a program with its arguments. It prints the key. */
  api_key_command: z.union([filled, z.array(filled).min(1)], {
    error: 'expected a line for the shell, or a list of a program and its arguments',
  }),
  /** In seconds. */
  api_key_command_timeout: z.number().positive().max(3600),
  /** The name of a table in `limits`. */
  limit: filled,
  max_rps: z.number().positive(),
  concurrency: z.int().min(1).max(64),
  page_size: z.int().min(20).max(1000),
  messages: z.enum(['all', 'sample', 'none']),
  files: z.boolean(),
  /** As --max-file-size: `20mb`. */
  max_file_size: filled,
}

/** What can be set for an account: in `defaults` for all of them, or in a profile. */
const defaultsSchema = z.strictObject(account).partial()

/** A profile, which may take over what another one sets. */
const profileSchema = defaultsSchema.extend({ extends: filled.optional() })

const limitSchema = z.strictObject({ requests_per_second: z.number().positive() })

export const configSchema = z.strictObject({
  defaults: defaultsSchema.optional(),
  limits: z.record(filled, limitSchema).optional(),
  profiles: z.record(filled, profileSchema),
})

export type RawConfig = z.infer<typeof configSchema>
export type RawProfile = z.infer<typeof profileSchema>
