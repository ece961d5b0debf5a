import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { hansard } from '../../support/hansard.ts'
import { expectSchema } from '../../support/json-schemas.ts'
import { replayWorld } from '../../support/replay-world.ts'

describe('hansard replay plan', () => {
  it('sums up what is sent, lost and blocked, and exits with 3 if a conversation is blocked', async () => {
    const { replay } = await replayWorld()
    const { stdout, exitCode } = await replay('plan', '--price', '0.4,2')
    expect(exitCode).toBe(3)
    expect(stdout).toMatch(
      /^12 conversations: 0 ready, 7 ready with losses, 5 blocked\.\nAbout 7 calls, .*, cost 0\.0.* Nothing was sent\.\n/,
    )
    expect(stdout).toContain(
      '\n  agent ag_019c8f19aaaa7bbb8ccc0ddd1eee2fff: 1 conversation → --map-agent ag_019c8f19aaaa7bbb8ccc0ddd1eee2fff=…\n',
    )
    expect(stdout).toMatch(
      /\nblocked: a call at the end has no result: 1 conversation\n {2}conv_\w+ .*: the call of .* has no result\n {2}hint: /,
    )
    expect(stdout).toMatch(
      /\n {2}2 × citation sent as text, in 2 conversations, such as conv_\w+ entry 2 content\[2\]\n/,
    )
    expect(stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(40)
  })

  it('with --verbose shows for each conversation what is sent, lost and estimated', async () => {
    const { replay } = await replayWorld()
    const { stdout } = await replay('plan', '--price', '0.4,2', '--verbose')
    expect(stdout).toMatch(
      /^ready with losses {2}conv_0684fd306df172f2800051d4f82d4a8b .* 1 call, \d+ tokens in, 8 out, cost 0\.0/m,
    )
    expect(stdout).toMatch(/^ {2}entry 1: tool execution sent as call and result: /m)
    expect(stdout).toMatch(
      /blocked: the agent ag_019c8f19aaaa7bbb8ccc0ddd1eee2fff is not mapped to one in the target account\n {4}hint: .*--map-agent/,
    )
  })

  it('writes nothing to the target', async () => {
    const { replay, sandbox } = await replayWorld()
    await replay('plan')
    expect(sandbox.account('other').ids).toEqual([])
    expect(sandbox.requests.filter(({ account, method }) => account === 'other' && method !== 'GET')).toEqual(
      [],
    )
  })

  it('with --verbose shows every loss with the source text and what is sent instead', async () => {
    const { replay } = await replayWorld()
    const { stdout } = await replay('plan', '--id', 'conv_0684fd306df172f2800051d4f82d4a8b', '--verbose')
    expect(stdout).toMatch(
      /entry 2 content\[2\]: citation sent as text: \{"type": ?"tool_reference".* → \{"type":"text","text":"\[Meander\]\(https:\/\/example.org\/meander\)"\}/,
    )
  })

  it('with --json prints the lines of the plan, the same as --out writes', async () => {
    const { replay, folder } = await replayWorld()
    const file = join(folder, 'plan.json')
    const { stdout } = await replay('plan', '--json', '--out', file)
    expect(stdout).toBe(readFileSync(file, 'utf8'))
    const lines = expectSchema('replay-plan', stdout)
    expect(lines[0]).toMatchObject({ kind: 'hansard replay plan', version: 1 })
    expect(lines.at(-1)).toMatchObject({ kind: 'end', conversations: 12, blocked: 5 })
    expect(lines).toHaveLength(14)
  })

  it('plans a selection, and names the ids that are not in the archive', async () => {
    const { replay } = await replayWorld()
    const { stdout, stderr, exitCode } = await replay('plan', '--model', 'mistral-large-latest')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain('1 conversation: 0 ready, 1 ready with losses, 0 blocked.')
    const missing = await replay('plan', '--id', 'conv_none')
    expect(missing).toMatchObject({
      exitCode: 3,
      stderr: 'hansard: no conversation conv_none in the archive\n',
    })
  })

  it('with --quiet prints only what is blocked', async () => {
    const { replay } = await replayWorld()
    expect((await replay('plan', '--quiet', '--model', 'mistral-large-latest')).stdout).toBe('')
    const { stdout } = await replay('plan', '--quiet')
    expect(stdout.match(/^\S.*/gm)).toEqual([
      'blocked: missing at the target',
      'blocked: a call at the end has no result: 1 conversation',
    ])
    const verbose = (await replay('plan', '--quiet', '--verbose')).stdout
    expect(verbose.match(/^blocked +conv_/gm)).toHaveLength(5)
  })

  it('prints names without control codes', async () => {
    const row =
      '{"id":"conv_1","created_at":"2026-01-01T00:00:00Z","model":"mistral-small-latest","name":"\\u001b]0;x\\u0007"}'
    const entries = ['{"type":"message.input","role":"user","content":"Hi","\\u001b[2J":1}']
    const { replay } = await replayWorld({
      stories: [{ conversations: [{ row, entries }], agents: [], files: [] }],
    })
    const { stdout } = await replay('plan', '--verbose')
    expect(stdout).not.toMatch(/[\u0000-\u0008\u001b\u0007]/)
  })
})

describe('hansard replay plan refuses', () => {
  it.each([
    [['--map-agent', 'ag_1'], /Expected FROM=TO/],
    [['--map-agent', 'ag_1='], /Expected FROM=TO/],
    [['--map-model', 'a=b=c'], /Expected FROM=TO/],
    [['--map-model', 'a=b', 'a=c'], /a is already mapped to b/],
    [['--connector-auth', 'gauge=sk-secret-123'], /a connector and the name of an environment variable/],
    [['--mode', 'copy'], /Allowed choices are history, turns/],
    [['--tail', 'cut'], /Allowed choices are auto, answer, nudge, prefix/],
    [['--price', '1'], /Expected two numbers/],
    [['--label', 'a b'], /Expected up to 40 letters/],
    [['--fallback-model', 'nobody'], /The target has no model nobody/],
    [['--map-agent', 'ag_typo=ag_x'], /No conversation of the archive has the agent ag_typo/],
  ])('%j with a message and a hint', async (args, message) => {
    const { replay } = await replayWorld({ stories: [oneStory] })
    const { exitCode, stdout, stderr } = await replay('plan', ...args)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/\nhint: /)
    expect(stderr).not.toContain('sk-secret-123')
  })

  it('a target without a key, and a target with the key of the source', async () => {
    const { archive, sandbox } = await replayWorld({ stories: [oneStory] })
    const env = { MISTRAL_API_KEY: 'source', HANSARD_ARCHIVE: archive, MISTRAL_TARGET_BASE_URL: sandbox.url }
    const none = await hansard(['replay', 'plan'], { env })
    expect(none).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/No API key for the target\nhint: .*MISTRAL_TARGET_API_KEY/) as string,
    })
    const same = { ...env, MISTRAL_TARGET_API_KEY: 'source' }
    expect(await hansard(['replay', 'plan'], { env: same })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('the same API key as the source') as string,
    })
    expect((await hansard(['replay', 'plan', '--same-account'], { env: same })).exitCode).toBe(0)
    const wrong = await hansard(['replay', 'plan'], { env: { ...env, MISTRAL_TARGET_API_KEY: 'nobody' } })
    expect(wrong.exitCode).toBe(5)
  })

  it('a missing archive', async () => {
    const { replay, folder } = await replayWorld({ stories: [oneStory] })
    expect(await replay('plan', '--archive', join(folder, 'none.db'))).toMatchObject({ exitCode: 2 })
  })
})

const oneStory = {
  conversations: [
    {
      row: '{"id":"conv_1","created_at":"2026-01-01T00:00:00Z","model":"mistral-small-latest","name":"one"}',
      entries: ['{"type":"message.input","role":"user","content":"Hi"}'],
    },
  ],
  agents: [],
  files: [],
}
