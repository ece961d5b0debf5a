import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

import {
  lockArchive,
  openArchive,
  planReplay,
  readPlan,
  runReplay,
  undoReplay,
  verifyCopies,
} from '../../src/index.ts'
import { replayWorld } from '../support/replay-world.ts'
import { someTalks, talksOf } from '../support/talks.ts'

async function libraryWorld() {
  const world = await replayWorld({ stories: [talksOf(someTalks(3))] })
  const archive = openArchive(world.archive, { mode: 'write' })
  onTestFinished(() => archive.close())
  return { ...world, library: archive }
}

describe('As a library, a replay', () => {
  it('plans, runs, verifies and undoes with nothing but a client and an archive', async () => {
    const { target, library, sandbox } = await libraryWorld()
    const plan = await planReplay(target, library)
    expect(plan.end).toMatchObject({ conversations: 3, readyWithLosses: 3 })
    expect(await runReplay(target, library, plan)).toMatchObject({ outcome: 'done', done: 3 })
    expect(await runReplay(target, library, plan)).toMatchObject({ outcome: 'done', before: 3 })
    expect(await verifyCopies(target, library)).toEqual({
      ...{ identical: 0, equivalent: 3, different: 0, notCompared: 0 },
    })
    for await (const { what } of undoReplay(target, library)) expect(what).toBe('would-delete')
    expect(sandbox.account('other').ids).toHaveLength(3)
  })

  it('takes a selection, mappings and a label, and writes the plan and the certificates to files', async () => {
    const { target, library, folder } = await libraryWorld()
    const [out, certificates] = [join(folder, 'plan.json'), join(folder, 'certificates.jsonl')]
    const [ids, lines]: [string[], string[]] = [[], []]
    await planReplay(target, library, {
      ...{ out, label: 'second', tail: 'answer', models: undefined },
      selection: { ids: ['conv_1', 'conv_2'] },
      onPlanned: ({ id }) => void ids.push(id),
      onLine: (line) => void lines.push(line),
    })
    expect(ids).toEqual(['conv_1', 'conv_2'])
    expect(readFileSync(out, 'utf8')).toBe(lines.join(''))
    const plan = await readPlan(target, library, out)
    expect(plan.head.options).toMatchObject({ label: 'second', tail: 'answer', mode: 'history', models: {} })
    await runReplay(target, library, plan)
    const counts = await verifyCopies(target, library, { out: certificates, label: 'second' })
    expect(counts).toMatchObject({ different: 0, notCompared: 0 })
    expect(readFileSync(certificates, 'utf8').trim().split('\n')).toHaveLength(2)
  })

  it('stops planning when told to, and leaves no plan behind', async () => {
    const { target, library, folder } = await libraryWorld()
    const out = join(folder, 'plan.json')
    const stop = new AbortController()
    const planning = planReplay(target, library, { out, signal: stop.signal, onPlanned: () => stop.abort() })
    await expect(planning).rejects.toMatchObject({ code: 'interrupted' })
    expect(existsSync(out)).toBe(false)
  })

  it('runs only while no other process holds the lock of the archive', async () => {
    const { target, library, archive, sandbox } = await libraryWorld()
    const plan = await planReplay(target, library)
    const lock = lockArchive(archive, 'a test')
    await expect(runReplay(target, library, plan)).rejects.toMatchObject({ code: 'archive-locked' })
    expect(sandbox.account('other').ids).toHaveLength(0)
    lock.release()
    expect(await runReplay(target, library, plan)).toMatchObject({ done: 3 })
  })

  it('refuses to verify or undo if the archive has no copies', async () => {
    const { target, library } = await libraryWorld()
    await expect(verifyCopies(target, library)).rejects.toMatchObject({ code: 'usage' })
    await expect(undoReplay(target, library).next()).rejects.toMatchObject({ code: 'usage' })
  })
})
