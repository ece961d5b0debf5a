import { join } from 'node:path'

import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/http/server.ts'
import { afterThisTest } from './describe-concurrent.ts'
import { testFolder } from './folder.ts'
import { hansard, type Outcome } from './hansard.ts'

/** A sandbox, a folder for an archive, and commands that use both, for one test. */
export interface World {
  readonly sandbox: Sandbox
  readonly archive: string
  readonly folder: string
  /** The environment of a command: the key of the account `source`, the sandbox, and the archive. */
  readonly env: Readonly<Record<string, string>>
  /** Runs a command line in this environment. */
  run(...args: string[]): Promise<Outcome>
  /** Runs `backup --json` and returns its result. */
  backup(...args: string[]): Promise<Record<string, unknown> & { exitCode: number }>
}

/** Starts a sandbox with an account `source`, which has these stories, and an empty account `other`. */
export async function world({
  stories = [],
  ...options
}: Omit<Partial<SandboxOptions>, 'accounts'> & {
  stories?: NonNullable<SandboxOptions['accounts'][number]['stories']>
} = {}): Promise<World> {
  const sandbox = await startSandbox({ accounts: [{ key: 'source', stories }, { key: 'other' }], ...options })
  afterThisTest(() => sandbox.close())
  const folder = testFolder()
  const archive = join(folder, 'archive.db')
  const env = { MISTRAL_API_KEY: 'source', MISTRAL_BASE_URL: sandbox.url, HANSARD_ARCHIVE: archive }
  const run = (...args: string[]) => hansard(args, { env })
  return {
    sandbox,
    archive,
    folder,
    env,
    run,
    backup: async (...args) => {
      const { stdout, exitCode } = await run('backup', '--json', ...args)
      return { ...(JSON.parse(stdout) as Record<string, unknown>), exitCode }
    },
  }
}
