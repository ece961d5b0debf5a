import { ConversationsClient } from '../../src/api/client.ts'
import { openArchive, type Archive } from '../../src/archive/archive.ts'
import { sourceOf } from '../../src/replay/plan/archived-source.ts'
import type { Source } from '../../src/replay/plan/source.ts'
import { storiesDirectory } from '../../src/own-files.ts'
import { loadStories } from '../../src/sandbox/seed/load-stories.ts'
import { afterThisTest } from './describe-concurrent.ts'
import { hansard, type Outcome } from './hansard.ts'
import { world, type World } from './world.ts'

/**
 * A backed-up source account and an empty target: the accounts `source` and `other` of one sandbox. `env` has the keys
 * of both.
 */
export interface ReplayWorld extends World {
  /** The archive, open for reading. */
  readonly opened: Archive
  readonly sources: readonly Source[]
  /** A client of the target. */
  readonly target: ConversationsClient
  /** Runs a command line with the keys of both accounts. */
  replay(...args: string[]): Promise<Outcome>
}

/** Backs up the given stories, by default those that come with hansard. */
export async function replayWorld(options: Parameters<typeof world>[0] = {}): Promise<ReplayWorld> {
  const stories = options.stories ?? (await loadStories(storiesDirectory))
  const built = await world({ ...options, stories })
  await built.backup()
  const opened = openArchive(built.archive)
  afterThisTest(() => opened.close())
  const target = new ConversationsClient({ apiKey: 'other', baseUrl: built.sandbox.url })
  afterThisTest(() => target.close())
  const keys = { MISTRAL_TARGET_API_KEY: 'other', MISTRAL_TARGET_BASE_URL: built.sandbox.url }
  const env = { ...built.env, ...keys }
  return {
    ...built,
    env,
    opened,
    target,
    sources: [...opened.conversations.readAll({})].map((stored) => sourceOf(opened, stored)),
    replay: (...args) => hansard(['replay', ...args], { env }),
  }
}
