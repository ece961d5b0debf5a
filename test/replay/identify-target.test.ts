import { describe, expect, it, onTestFinished } from 'vitest'

import { ConversationsClient } from '../../src/api/client.ts'
import { openArchive } from '../../src/archive/archive.ts'
import { identifyTarget, knownTarget } from '../../src/replay/identify-target.ts'
import { change } from '../support/damaged-archives.ts'
import { hansard } from '../support/hansard.ts'
import { replayWorld } from '../support/replay-world.ts'
import { someTalks, talksOf } from '../support/talks.ts'

async function targetWorld() {
  const world = await replayWorld({ stories: [talksOf(someTalks(1))] })
  const archive = openArchive(world.archive, { mode: 'write' })
  onTestFinished(() => archive.close())
  return { ...world, writable: archive }
}

/** The target account under a key that this archive has not seen yet. */
function newKey(url: string): ConversationsClient {
  const client = new ConversationsClient({ apiKey: 'other-rotated', baseUrl: url })
  onTestFinished(() => client.close())
  return client
}

describe('The target of an earlier replay', () => {
  it('is known by its key, without a request', async () => {
    const { target, opened, replay, sandbox } = await targetWorld()
    await replay('run', '--yes')
    const before = sandbox.requests.length
    expect(await identifyTarget(target, opened, {})).toMatchObject({ baseUrl: target.baseUrl })
    expect(sandbox.requests).toHaveLength(before)
  })

  it('is not assumed for a new key while a response is lost and no copy is known', async () => {
    const { writable, sandbox, target } = await targetWorld()
    const at = new Date().toISOString()
    const { id } = writable.replayTargets.add(target.baseUrl, at)
    const origin = { target: id, conversation: 'conv_0', mode: 'history', label: '' }
    writable.replayCopies.add({ ...origin, stamp: 'v1.a', revision: 'r', planned: '{}' }, 'open', at)
    const client = newKey(sandbox.url)
    await expect(identifyTarget(client, writable, {})).rejects.toMatchObject({
      code: 'another-account',
      hint: expect.stringContaining('--yes-different') as string,
    })
    expect(await identifyTarget(client, writable, { yesDifferent: true })).toBeUndefined()
    await expect(knownTarget(client, writable, undefined)).rejects.toMatchObject({
      code: 'usage',
      hint: expect.not.stringContaining('--yes-different') as string,
    })
  })

  it('is recognized under a new key by a copy that the account has', async () => {
    const { replay, sandbox, writable, archive } = await targetWorld()
    await replay('run', '--yes')
    change(archive, 'delete from replay_key')
    const client = new ConversationsClient({ apiKey: 'other', baseUrl: sandbox.url })
    onTestFinished(() => client.close())
    const before = sandbox.requests.length
    expect(await identifyTarget(client, writable, {})).toMatchObject({ baseUrl: sandbox.url })
    expect(sandbox.requests.length).toBeGreaterThan(before)
  })

  it('is not searched for at another URL', async () => {
    const { writable, sandbox } = await targetWorld()
    const at = new Date().toISOString()
    const { id } = writable.replayTargets.add('https://example.org', at)
    const origin = { target: id, conversation: 'conv_0', mode: 'history', label: '' }
    writable.replayCopies.add({ ...origin, stamp: 'v1.a', revision: 'r', planned: '{}' }, 'open', at)
    expect(await identifyTarget(newKey(sandbox.url), writable, {})).toBeUndefined()
  })

  it('is another account if no response was lost, or if none of its copies is there', async () => {
    const { replay, writable, sandbox } = await targetWorld()
    const at = new Date().toISOString()
    writable.replayTargets.add(sandbox.url, at)
    expect(await identifyTarget(newKey(sandbox.url), writable, {})).toBeUndefined()
    await replay('run', '--yes')
    const copied = writable.replayTargets
      .all()
      .find(({ id }) => writable.replayRequests.sample(id, 1).length > 0)
    const origin = { target: copied?.id ?? 0, conversation: 'conv_0', mode: 'history', label: 'lost' }
    writable.replayCopies.add({ ...origin, stamp: 'v1.b', revision: 'r', planned: '{}' }, 'open', at)
    const source = new ConversationsClient({ apiKey: 'source', baseUrl: sandbox.url })
    onTestFinished(() => source.close())
    expect(await identifyTarget(source, writable, {})).toBeUndefined()
  })

  it('cannot be known before anything was replayed', async () => {
    const { target, opened } = await targetWorld()
    await expect(knownTarget(target, opened, undefined)).rejects.toMatchObject({
      code: 'usage',
      message: 'Nothing has been replayed yet',
      hint: 'Begin with `hansard replay plan`, which sends nothing.',
    })
  })

  it('is asked for where the key opens an account that has no copies', async () => {
    const { replay, opened, sandbox } = await targetWorld()
    await replay('run', '--yes')
    const client = new ConversationsClient({ apiKey: 'source', baseUrl: sandbox.url })
    onTestFinished(() => client.close())
    await expect(knownTarget(client, opened, undefined)).rejects.toMatchObject({
      code: 'usage',
      message: 'This archive has no copies in that account',
      hint: 'Use the key of the target account; `hansard replay status` lists the targets.',
    })
  })

  it.each(['undo', 'verify'])('is never confirmed by an option of `replay %s`', async (command) => {
    const { replay } = await targetWorld()
    for (const option of ['--yes-different', '--same-account']) {
      const { exitCode, stderr } = await replay(command, option)
      expect({ exitCode, stderr }).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('Unknown option') as string,
      })
    }
    expect((await replay(command, '--help')).stdout).not.toMatch(/--yes-different|--same-account/)
  })

  it('may be the source account, whose copies are verified and undone without further options', async () => {
    const { archive, sandbox } = await targetWorld()
    const source = ['--archive', archive, '--to-base-url', sandbox.url]
    const env = { MISTRAL_API_KEY: 'source', MISTRAL_TARGET_API_KEY: 'source' }
    const run = (...args: string[]) => hansard(['replay', ...args, ...source], { env })
    expect(await run('run', '--yes', '--same-account')).toMatchObject({ exitCode: 0 })
    expect(await run('verify')).toMatchObject({ exitCode: 0 })
    expect((await run('undo', '--yes')).stdout).toContain('1 deleted')
  })
})
