import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'

import { replayStatus, unfinishedCopies } from '../../src/replay/replay-status.ts'
import { replayWorld, type ReplayWorld } from '../support/replay-world.ts'
import { someTalks, talksOf } from '../support/talks.ts'

const entry = (content: string) =>
  JSON.stringify({ object: 'entry', type: 'message.input', role: 'user', id: `msg_${content}`, content })

async function replayed(count: number): Promise<ReplayWorld> {
  const here = await replayWorld({ stories: [talksOf(someTalks(count))] })
  await here.replay('run', '--yes', '--settle', '0')
  return here
}

/** Gives a copy another state, as a run does. */
function setState(
  { archive }: ReplayWorld,
  conversation: string,
  state: string,
  reason: string | null,
): void {
  const db = new Database(archive)
  db.prepare('update replay_copy set state = ?, reason = ? where conversation = ?').run(
    state,
    reason,
    conversation,
  )
  db.close()
}

describe('The status of a replay', () => {
  it('counts the copies of each state, and what they cost', async () => {
    const here = await replayed(3)
    setState(here, 'conv_1', 'failed', 'The API refused it')
    expect(replayStatus(here.opened)).toMatchObject([
      {
        baseUrl: here.sandbox.url,
        counts: { done: 2, failed: 1, pending: 0 },
        grown: 0,
        spent: { requests: 3 },
      },
    ])
  })

  it('counts the done copies whose conversation has changed in the archive, until it is copied again', async () => {
    const here = await replayed(4)
    const account = here.sandbox.account('source')
    for (const id of ['conv_0', 'conv_1', 'conv_3']) account.appendTo(id, [entry(`more of ${id}`)])
    setState(here, 'conv_3', 'failed', 'The API refused it')
    await here.backup()
    expect(replayStatus(here.opened)).toMatchObject([{ grown: 2 }])
    await here.replay('run', '--yes', '--again', '--settle', '0', '--id', 'conv_0')
    expect(replayStatus(here.opened)).toMatchObject([{ grown: 1 }])
  })

  it('names the copies that a person should look at: neither done without a reason, nor pending, nor undone', async () => {
    const here = await replayed(6)
    const states = ['pending', 'undone', 'uncertain', 'blocked', 'done'].entries()
    for (const [i, state] of states) setState(here, `conv_${i}`, state, 'a reason')
    const named = [...unfinishedCopies(here.opened)].map(({ conversation, state }) => [conversation, state])
    expect(named.sort()).toEqual([
      ['conv_2', 'uncertain'],
      ['conv_3', 'blocked'],
      ['conv_4', 'done'],
    ])
  })
})
