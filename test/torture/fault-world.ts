import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ConversationsClient } from '../../src/api/client.ts'
import { openArchive } from '../../src/archive/archive.ts'
import type { BackupOptions, BackupResult } from '../../src/backup/backup-options.ts'
import { backup } from '../../src/backup/backup.ts'
import { exitCodeOf } from '../../src/cli/exit-codes.ts'
import { messageOf } from '../../src/errors.ts'
import type { SandboxAccount } from '../../src/sandbox/account/account.ts'
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/http/server.ts'
import type { Random } from '../../src/sandbox/random.ts'
import { KEY, populate } from './account.ts'
import { skippingClock, type SkippingClock } from './clock.ts'
import { watchKey, type KeyWatch } from './key-watch.ts'
import { checkIntegrity, differences } from './truth.ts'

/** How a run ended: its exit code, and its result or error. */
export interface Ended {
  readonly exit: number
  readonly result: BackupResult | undefined
  readonly error: string
}

/** Options of a run. */
export interface RunOptions extends BackupOptions {
  /** How often a request is sent at most. Default: 4. */
  readonly attempts?: number
  /** Uses short timeouts. By default they are long, so that a slow machine is never taken for a fault. */
  readonly isHasty?: boolean
  /** A base URL other than that of the sandbox. */
  readonly baseUrl?: string
}

/** A sandbox, an archive, and runs of the library between them whose retries take no time. */
export interface FaultWorld {
  readonly sandbox: Sandbox
  readonly account: SandboxAccount
  readonly archive: string
  readonly clock: SkippingClock
  readonly watch: KeyWatch
  run(options?: RunOptions): Promise<Ended>
  /** Throws unless one more run is complete and the archive equals the account. */
  mustComplete(): Promise<void>
}

/** Runs `work` with a new sandbox and archive. */
export async function inFaultWorld(
  {
    random,
    count,
    ...options
  }: { random: Random; count: number } & Pick<Partial<SandboxOptions>, 'behaviour'>,
  work: (world: FaultWorld) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-fault-'))
  const archive = join(folder, 'archive.db')
  const clock = skippingClock()
  const sandbox = await startSandbox({ accounts: [{ key: KEY }], clock: clock.date, ...options })
  const account = sandbox.account(KEY)
  const watch = watchKey(sandbox.url)
  populate(account, random, count, clock.date().getTime())
  clock.skip(3_600_000)
  const told: string[] = []
  const run = async ({ attempts = 4, isHasty = false, baseUrl = sandbox.url, ...how }: RunOptions = {}) => {
    const client = new ConversationsClient({
      apiKey: KEY,
      baseUrl,
      timeouts: isHasty ? { firstByteMs: 500, idleMs: 150 } : { firstByteMs: 20_000, idleMs: 20_000 },
      retry: { attempts, budgetMs: 120_000, random: () => random.below(1000) / 1000 },
      clock,
      onEvent: (event) => told.push(JSON.stringify(event)),
    })
    const ended = await runOnce(client, archive, how)
    told.push(JSON.stringify(ended))
    await client.close()
    checkIntegrity(archive)
    return ended
  }
  const mustComplete = async () => {
    const { exit, result, error } = await run({ pageSize: 20, adoptAccount: true, acceptGone: true })
    if (exit !== 0 || result?.complete !== true)
      throw new Error(`not complete: ${exit} ${error} ${JSON.stringify(result)}`)
    const wrong = differences(archive, account)
    if (wrong.length > 0) throw new Error(wrong.join('\n'))
  }
  try {
    await work({ sandbox, account, archive, clock, watch, run, mustComplete })
    watch.check(folder, ...told)
  } finally {
    watch.end()
    await sandbox.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runOnce(client: ConversationsClient, path: string, options: BackupOptions): Promise<Ended> {
  const archive = openArchive(path, { mode: 'create' })
  try {
    const result = await backup(client, archive, options)
    checkBooks(result)
    return { exit: { done: 0, partial: 3, interrupted: 130, failed: 1 }[result.outcome], result, error: '' }
  } catch (thrown) {
    return { exit: exitCodeOf(thrown), result: undefined, error: messageOf(thrown) }
  } finally {
    archive.close()
  }
}

function checkBooks({ listed, new: fresh, updated, unchanged, failed, vanished }: BackupResult): void {
  if (listed === fresh + updated + unchanged + failed + vanished) return
  throw new Error(
    `the counts of the run do not add up: ${JSON.stringify({ listed, fresh, updated, unchanged, failed, vanished })}`,
  )
}
