import { describe, expect, it } from 'vitest'

import { ConversationsClient } from '../../src/api/client.ts'
import { emptyArchive } from '../../src/archive/archive.ts'
import { preflight } from '../../src/replay/plan/preflight.ts'
import { replayWorld } from '../support/replay-world.ts'
import { plainOptions } from '../support/replay.ts'

describe('The target', () => {
  it('is another account if it has none of the archived conversations', async () => {
    const { target, opened } = await replayWorld()
    await expect(preflight(target, opened, plainOptions, {})).resolves.toMatchObject({ account: 'another' })
  })

  it('is only read from', async () => {
    const { target, opened, sandbox } = await replayWorld()
    await preflight(target, opened, plainOptions, {})
    const asked = sandbox.requests.filter(({ account }) => account === 'other')
    expect(new Set(asked.map(({ method }) => method))).toEqual(new Set(['GET']))
  })

  it('is refused if its key was used for the source, unless --same-account is given', async () => {
    const { sandbox, opened } = await replayWorld()
    const source = new ConversationsClient({ apiKey: 'source', baseUrl: sandbox.url })
    await expect(preflight(source, opened, plainOptions, {})).rejects.toMatchObject({
      code: 'another-account',
    })
    const allowed = await preflight(source, opened, plainOptions, { sameAccount: true })
    expect(allowed.account).toBe('same')
    await source.close()
  })

  it('is refused if it has an archived conversation, whatever the key', async () => {
    const { sandbox, target, opened, sources } = await replayWorld()
    for (const { row, entries } of sources) sandbox.account('other').create({ row, entries })
    await expect(preflight(target, opened, plainOptions, {})).rejects.toMatchObject({
      code: 'another-account',
      message: expect.stringContaining('the account that the archive came from') as string,
    })
  })

  it('is unproven while there is no conversation to look for', async () => {
    const { target } = await replayWorld({ stories: [] })
    const empty = emptyArchive()
    await expect(preflight(target, empty, plainOptions, {})).rejects.toMatchObject({
      hint: expect.stringContaining('--yes-different') as string,
    })
    await expect(preflight(target, empty, plainOptions, { yesDifferent: true })).resolves.toMatchObject({
      account: 'unproven',
    })
  })

  it('must have the models and agents of the mappings, and the archive must have their sources', async () => {
    const { target, opened } = await replayWorld()
    const refused = (some: Partial<typeof plainOptions>) =>
      expect(preflight(target, opened, { ...plainOptions, ...some }, {})).rejects
    const agent = 'ag_019c8f19aaaa7bbb8ccc0ddd1eee2fff'
    await refused({ agents: { [agent]: 'ag_nobody' } }).toThrow(/The target has no agent ag_nobody/)
    await refused({ agents: { ag_typo: 'ag_x' } }).toThrow(
      /No conversation of the archive has the agent ag_typo/,
    )
    await refused({ models: { 'mistral-small-latest': 'gpt' } }).toThrow(/The target has no model gpt/)
    await refused({ models: { typo: 'mistral-small-latest' } }).toThrow(/has the model typo/)
    await refused({ fallbackModel: 'constructor' }).toThrow(/The target has no model constructor/)
  })

  it('must accept the key', async () => {
    const { sandbox, opened } = await replayWorld()
    const stranger = new ConversationsClient({ apiKey: 'nobody', baseUrl: sandbox.url })
    await expect(preflight(stranger, opened, plainOptions, {})).rejects.toMatchObject({ code: 'key-refused' })
    await stranger.close()
  })

  it('lists every name of a model with its context length and whether it reasons', async () => {
    const { target, opened } = await replayWorld()
    const { models } = await preflight(target, opened, plainOptions, {})
    expect(models['mistral-medium-2508']).toEqual({ context: 131_072, reasons: false })
    expect(models['magistral-medium-latest']).toEqual({ context: 40_960, reasons: true })
  })
})
