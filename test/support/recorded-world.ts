import { onTestFinished, vi } from 'vitest'

import { generateConversations } from '../../src/sandbox/seed/generate-conversations.ts'
import { storiesDirectory } from '../../src/own-files.ts'
import { loadStories } from '../../src/sandbox/seed/load-stories.ts'
import { world, type World } from './world.ts'

const FIRST_NIGHT = '2026-10-01T02:00:00Z'
const SECOND_NIGHT = '2026-10-02T02:00:00Z'
/** When the recorded commands run. */
const MORNING = '2026-10-02T08:00:00Z'

const preload = new URL('fixed-date.mjs', import.meta.url).href

/** An archive `hansard.db` that is the same in every test run, in which something has happened. */
export interface RecordedWorld extends World {
  /** The environment of a command that runs in the folder on the morning after the second backup. */
  readonly morning: Readonly<Record<string, string>>
}

/**
 * Backs up the stories and some generated conversations on two nights. Between them a conversation is added, one is
 * continued and one is deleted; in the second night two cannot be read.
 */
export async function recordedWorld(): Promise<RecordedWorld> {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(FIRST_NIGHT) })
  onTestFinished(() => void vi.useRealTimers())
  const generated = generateConversations({ count: 16, entries: 4, bytesPerEntry: 600, seed: 1 })
  const there = await world({ stories: [...(await loadStories(storiesDirectory)), generated] })
  const archive = `${there.folder}/hansard.db`
  // One conversation after the other, so that the first example of something is the same each time.
  const backUp = () => there.run('backup', '--archive', archive, '--concurrency', '1')
  await backUp()

  vi.setSystemTime(new Date(SECOND_NIGHT))
  changeAccount(there)
  await backUp()
  vi.useRealTimers()

  const { MISTRAL_API_KEY = '', MISTRAL_BASE_URL = '' } = there.env
  const target = { MISTRAL_TARGET_API_KEY: 'other', MISTRAL_TARGET_BASE_URL: MISTRAL_BASE_URL }
  const now = { NODE_OPTIONS: `--import=${preload}`, HANSARD_TEST_DATE: MORNING }
  return { ...there, archive, morning: { MISTRAL_API_KEY, MISTRAL_BASE_URL, ...target, ...now } }
}

function changeAccount({ sandbox }: World): void {
  const account = sandbox.account('source')
  const [continued = '', deleted = '', ...unreadable] = account.ids.slice(-4)
  const name = 'Floods at the old bridge 🌊 洪水'
  const created_at = '2026-10-01T09:00:00Z'
  account.create({
    row: JSON.stringify({ id: 'conv_new', name, created_at, model: 'mistral-large-latest', metadata: {} }),
    entries: [asked('When did the river flood the old bridge?', created_at)],
  })
  account.appendTo(continued, [asked('And after the bend?', '2026-10-01T10:00:00Z')])
  account.remove(deleted)
  for (const id of unreadable) {
    account.appendTo(id, [asked('Where does the silt settle?', '2026-10-01T11:00:00Z')])
    const body = '{"message":"The conversation cannot be loaded."}'
    sandbox.faults.add({ operation: 'getHistory', id, then: { kind: 'answer', status: 422, body } })
  }
}

function asked(content: string, created_at: string): string {
  return JSON.stringify({ type: 'message.input', role: 'user', content, created_at, id: `msg_${created_at}` })
}
