import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { openArchive } from '../../src/archive/archive.ts'
import { archiveIdentity } from '../../src/replay/plan/archived-source.ts'
import { renderPlanned } from '../../src/replay/plan/make-plan.ts'
import { openPlan, refuseOtherArchive } from '../../src/replay/plan/plan-file.ts'
import type { PlannedConversation } from '../../src/replay/plan/plan.ts'
import { replayWorld, type ReplayWorld } from '../support/replay-world.ts'

const ROW =
  '{"id":"conv_1","created_at":"2026-01-01T00:00:00Z","model":"mistral-small-latest","name":"a\u2028b"}'
const ENTRY = '{"type":"message.input","role":"user","content":"Hi","id":"msg_1"}'
const story = { conversations: [{ row: ROW, entries: [ENTRY] }], agents: [], files: [] }

async function planned(): Promise<
  ReplayWorld & { plan: string; edit(change: (text: string) => string): void }
> {
  const world = await replayWorld({ stories: [story] })
  const plan = join(world.folder, 'plan.json')
  const { exitCode, stderr } = await world.replay('plan', '--out', plan)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  const edit = (change: (text: string) => string) => writeFileSync(plan, change(readFileSync(plan, 'utf8')))
  return { ...world, plan, edit }
}

async function conversationsIn(path: string): Promise<PlannedConversation[]> {
  const all: PlannedConversation[] = []
  for await (const conversation of (await openPlan(path)).conversations()) all.push(conversation)
  return all
}

describe('A plan file', () => {
  it('is read as it was written, with line separators in names', async () => {
    const { plan } = await planned()
    const [conversation, ...others] = await conversationsIn(plan)
    expect(others).toEqual([])
    expect(conversation).toMatchObject({ id: 'conv_1', name: 'a\u2028b', state: 'ready' })
    expect((await openPlan(plan)).end).toMatchObject({ conversations: 1, ready: 1, blocked: 0 })
  })

  it('can be turned into requests again with the archive alone', async () => {
    const { plan, opened, target } = await planned()
    const { head } = await openPlan(plan)
    const [conversation] = await conversationsIn(plan)
    if (conversation === undefined) throw new Error('the plan is empty')
    const { requests } = renderPlanned(opened, head, conversation)
    expect((await target.start(requests[0]?.body ?? '')).status).toBe(200)
  })

  it.each([
    ['edited', (text: string) => text.replace('"ready"', '"blocked"'), /was edited/],
    ['truncated', (text: string) => text.slice(0, -200), /is truncated/],
    ['without its last line', (text: string) => text.split('\n').slice(0, 2).join('\n'), /is truncated/],
    ['of a newer version', (text: string) => text.replace('"version":1', '"version":2'), /of version 2/],
    ['empty', () => '', /is not a replay plan/],
    ['something else', () => '{"conversation":{}}\n', /is not a replay plan/],
  ])('that is %s is refused', async (_, change, message) => {
    const { plan, edit } = await planned()
    edit(change)
    await expect(openPlan(plan)).rejects.toMatchObject({
      code: 'plan-refused',
      message: expect.stringMatching(message) as string,
    })
  })

  it('that does not exist is reported', async () => {
    await expect(openPlan('/nowhere/plan.json')).rejects.toMatchObject({ code: 'plan-refused' })
  })

  it('is refused for another archive', async () => {
    const { plan, opened } = await planned()
    const { head } = await openPlan(plan)
    refuseOtherArchive(opened, head)
    const other = await replayWorld({ stories: [story] })
    expect(() => refuseOtherArchive(other.opened, head)).toThrow(
      expect.objectContaining({ code: 'plan-refused' }),
    )
    expect(archiveIdentity(other.opened)).not.toBe(head.archive)
  })

  it('is outdated once the archive has another revision of the conversation', async () => {
    const { plan, sandbox, backup, archive } = await planned()
    sandbox
      .account('source')
      .appendTo('conv_1', ['{"type":"message.input","role":"user","content":"More","id":"msg_2"}'])
    await backup()
    const { head } = await openPlan(plan)
    const [conversation] = await conversationsIn(plan)
    const now = openArchive(archive)
    expect(() => renderPlanned(now, head, conversation as PlannedConversation)).toThrow(
      /has changed in the archive/,
    )
    now.close()
  })

  it('is readable by its owner only, and may replace an earlier plan', async () => {
    const { plan, replay } = await planned()
    expect(statSync(plan).mode & 0o077).toBe(0)
    expect((await replay('plan', '--out', plan)).exitCode).toBe(0)
  })

  it('never replaces anything but an earlier plan', async () => {
    const { archive, replay } = await planned()
    const before = readFileSync(archive)
    const { exitCode, stderr } = await replay('plan', '--out', archive)
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('is not a plan') as string,
    })
    expect(readFileSync(archive).equals(before)).toBe(true)
  })
})
