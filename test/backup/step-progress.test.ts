import { describe, expect, it, onTestFinished } from 'vitest'

import { openArchive, type Archive } from '../../src/archive/archive.ts'
import { backup } from '../../src/backup/backup.ts'
import type { BackupOptions } from '../../src/backup/backup-options.ts'
import { compareRemote, type CompareOptions } from '../../src/backup/compare-remote.ts'
import { exportArchive } from '../../src/export/export-archive.ts'
import type { StepProgress } from '../../src/model/step-progress.ts'
import { storiesDirectory } from '../../src/own-files.ts'
import { loadStories } from '../../src/sandbox/seed/load-stories.ts'
import { clientOf } from '../support/client-server.ts'
import { world } from '../support/world.ts'

/** Formats the first and the last report of each step, as `list 0 of ~12 … 12 of ~12`. */
function collect() {
  const steps = new Map<string, [first: string, last: string]>()
  return {
    add: ({ name, done, total, isEstimated }: StepProgress<string>) => {
      const text = total === undefined ? `${done}` : `${done} of ${isEstimated ? '~' : ''}${total}`
      steps.set(name, [steps.get(name)?.[0] ?? text, text])
    },
    told: () => Object.fromEntries([...steps].map(([name, ends]) => [name, ends.join(' … ')])),
  }
}

async function progressWorld() {
  const there = await world({ stories: await loadStories(storiesDirectory) })
  const client = clientOf(there.sandbox.url, { apiKey: 'source' })
  const archive = openArchive(there.archive, { mode: 'create' })
  onTestFinished(() => archive.close())
  const backUp = async (options: BackupOptions = {}) => {
    const { add, told } = collect()
    await backup(client, archive, { ...options, onProgress: ({ step }) => add(step) })
    return told()
  }
  const compare = async (options: Partial<CompareOptions> = {}) => {
    const { add, told } = collect()
    const { signal } = new AbortController()
    const how = { seed: 1, concurrency: 2, signal, onCompared: () => undefined, ...options }
    await compareRemote(client, archive, { ...how, onProgress: add })
    return told()
  }
  return { ...there, opened: archive as Archive, backUp, compare }
}

describe('A backup reports', () => {
  it('steps without a total first, and with one estimated from the run before', async () => {
    const { backUp } = await progressWorld()
    const first = await backUp()
    expect(first).toMatchObject({
      list: '0 … 12',
      dependencies: expect.stringMatching(/^0 of (\d+) … \1 of \1$/) as string,
    })
    expect(first['index']).toMatch(/^0 of (\d+) … \1 of \1$/)
    expect(await backUp()).toMatchObject({ list: '0 of ~12 … 12 of ~12' })
  })

  it('the exact total of what is requested by id, retried or looked up', async () => {
    const { backUp, sandbox } = await progressWorld()
    const [failing = '', deleted = ''] = sandbox.account('source').ids
    sandbox.faults.add({
      operation: 'getHistory',
      id: failing,
      times: 1,
      then: { kind: 'answer', status: 422, body: '{}' },
    })
    await backUp()
    sandbox.account('source').remove(deleted)
    expect(await backUp()).toMatchObject({
      retry: '0 of 1 … 1 of 1',
      list: '0 of ~12 … 11 of ~12',
      'look-up': '0 of 1 … 1 of 1',
    })
    expect(await backUp({ ids: [failing] })).toMatchObject({ fetch: '0 of 1 … 1 of 1' })
  })

  it('no total any more when there is more than estimated', async () => {
    const { backUp, sandbox } = await progressWorld()
    await backUp()
    sandbox.account('source').create({ entries: [] })
    expect(await backUp()).toMatchObject({ list: '0 of ~12 … 13' })
  })
})

it('A comparison with the account reports its steps and totals', async () => {
  const { backUp, compare, sandbox } = await progressWorld()
  await backUp()
  sandbox.account('source').remove(sandbox.account('source').ids[0] ?? '')
  expect(await compare()).toEqual({ list: '0 of ~12 … 11 of ~12', unlisted: '0 of 1 … 1 of 1' })
  expect(await compare({ selection: { limit: 3 } })).toEqual({ selection: '0 of 3 … 3 of 3' })
  expect(await compare({ sample: 4, selection: {} })).toEqual({ selection: '0 of 4 … 4 of 4' })
})

it('An export reports its total before the first conversation', async () => {
  const { backUp, opened, folder } = await progressWorld()
  await backUp()
  const told: string[] = []
  await exportArchive(opened, {
    format: 'jsonl',
    output: `${folder}/out.jsonl`,
    selection: { limit: 5 },
    onProgress: ({ conversations, total }) => told.push(`${conversations} of ${total}`),
  })
  expect(told).toEqual(['0 of 5', '1 of 5', '2 of 5', '3 of 5', '4 of 5', '5 of 5'])
})
