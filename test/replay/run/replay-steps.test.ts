import { expect, it, onTestFinished } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { planReplay } from '../../../src/replay/plan/plan-replay.ts'
import { runReplay } from '../../../src/replay/run/replay.ts'
import { replayWorld } from '../../support/replay-world.ts'
import { someTalks, talksOf } from '../../support/talks.ts'

it('A replay reports its steps, and how many of the conversations to send are done', async () => {
  const { archive: path, target } = await replayWorld({ stories: [talksOf(someTalks(3))] })
  const archive = openArchive(path, { mode: 'write' })
  onTestFinished(() => archive.close())
  const steps = async (ids?: readonly string[]) => {
    const told: string[] = []
    const plan = await planReplay(target, archive, ids === undefined ? {} : { selection: { ids } })
    await runReplay(target, archive, plan, {
      concurrency: 1,
      onProgress: ({ step: { name, done, total } }) => {
        const text = `${name} ${done}${total === undefined ? '' : ` of ${total}`}`
        if (told.at(-1) !== text) told.push(text)
      },
    })
    return told
  }
  const [id = ''] = [...archive.conversations.list({})].map((listed) => listed.id)
  const sent = (count: number) => Array.from({ length: count + 1 }, (_, done) => `send ${done} of ${count}`)
  expect(await steps([id])).toEqual(['reconcile 0', 'record 0', 'record 1', 'search 0', ...sent(1)])
  const recorded = ['record 0', 'record 1', 'record 2', 'record 3']
  expect(await steps()).toEqual(['reconcile 0', ...recorded, 'search 0', ...sent(2)])
})
