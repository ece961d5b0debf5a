import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { SandboxAccount } from '../../src/sandbox/account/account.ts'
import type { Story } from '../../src/sandbox/account/story.ts'
import { startSandbox } from '../../src/sandbox/http/server.ts'
import { startHansard } from '../support/hansard-process.ts'

/** An archive to replay from, in a folder of its own. */
export interface SourceArchive {
  readonly path: string
  remove(): void
}

/** Backs up an account with these stories and whatever `fill` adds. */
export async function sourceArchive(
  stories: readonly Story[],
  fill: (account: SandboxAccount) => void = () => undefined,
): Promise<SourceArchive> {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-source-'))
  const path = join(folder, 'archive.db')
  const sandbox = await startSandbox({ accounts: [{ key: 'source', stories }] })
  try {
    fill(sandbox.account('source'))
    const env = { MISTRAL_API_KEY: 'source', MISTRAL_BASE_URL: sandbox.url, HANSARD_ARCHIVE: path }
    const { exit, stderr } = await startHansard(['backup'], env).ended
    if (exit !== 0) throw new Error(stderr)
  } finally {
    await sandbox.close()
  }
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
