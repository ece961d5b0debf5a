import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { addFailures } from '../../support/failing-archive.ts'
import { testFolder } from '../../support/folder.ts'
import { hansard } from '../../support/hansard.ts'
import { expectSchema } from '../../support/json-schemas.ts'

interface Problems {
  readonly problems: readonly { readonly reason: string; readonly count: number }[]
  readonly acknowledged: number
}

/** An archive with problems of every kind. */
function failing(count = 200) {
  const archive = join(testFolder(), 'archive.db')
  addFailures(archive, count)
  const ack = (...args: string[]) => hansard(['ack', ...args, '--archive', archive])
  const problems = async () => {
    const { stdout } = await hansard(['status', '--json', '--archive', archive])
    return expectSchema('status', stdout)[0] as Problems
  }
  return { archive, ack, problems }
}

describe('hansard ack', () => {
  it('acknowledges every problem with a reason that status prints, and says how many', async () => {
    const { ack, problems } = failing()
    const before = await problems()
    for (const reason of [/^history\/service-failed$/, /^history-altered$/, /^file\//, /^search\//]) {
      const group = before.problems.find((each) => reason.test(each.reason))
      const { stdout, exitCode } = await ack('--reason', group?.reason ?? '')
      expect(exitCode).toBe(0)
      expect(stdout).toBe(`Acknowledged ${group?.count} problems. They no longer make a run partial.\n`)
      expect((await problems()).problems.map((each) => each.reason)).not.toContain(group?.reason)
    }
    expect((await problems()).problems).toHaveLength(before.problems.length - 4)
  })

  it('--all acknowledges everything; another time there is nothing to acknowledge', async () => {
    const { ack, problems } = failing()
    expect((await ack('--all')).stdout).toBe(
      'Acknowledged 830 problems. They no longer make a run partial.\n',
    )
    expect(await problems()).toMatchObject({ problems: [], acknowledged: 500 })
    expect(await ack('--all')).toMatchObject({ exitCode: 0, stdout: 'Nothing to acknowledge.\n' })
  })

  it('acknowledges one id, and nothing else', async () => {
    const { ack, problems } = failing()
    const { stdout } = await ack('conv_alert_1', '--json')
    expect(expectSchema('ack', stdout)).toMatchObject([
      { id: 'conv_alert_1', reason: null, all: false, total: 1, acknowledged: { alerts: 1, failures: 0 } },
    ])
    const altered = (await problems()).problems.find(({ reason }) => reason === 'history-altered')
    expect(altered?.count).toBe(199)
  })

  it.each([
    [[], 'Nothing to acknowledge was named'],
    [['conv_1', '--all'], 'An id, --reason and --all cannot be combined'],
    [['--reason', 'history/timeout', '--all'], 'An id, --reason and --all cannot be combined'],
    [['--reason', 'bad weather'], 'No open failure or alert with the reason "bad weather"'],
    [['conv_nobody'], 'No open failure or alert for "conv_nobody"'],
  ])('%j exits with 2: %s', async (args, message) => {
    const { ack } = failing(3)
    const { exitCode, stderr } = await ack(...args)
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining(`hansard: ${message}\nhint: `) as string,
    })
  })
})
