import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { testFolder } from '../support/folder.ts'
import { startHansard } from '../support/hansard-process.ts'
import { serve } from '../support/http-server.ts'

const MILLIONS = 3e6
const ROW =
  '{"object":"conversation","id":"c1","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}'

/** Backs up one conversation with this history; returns the outcome and the peak memory in bytes. */
async function backUp(history: string): Promise<{ exit: number | string; stderr: string; peak: number }> {
  const { url } = await serve((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://here')
    response.setHeader('content-type', 'application/json')
    if (pathname.endsWith('/history')) response.end(history)
    else if (pathname.endsWith('/messages')) response.end('{"conversation_id":"c1","messages":[]}')
    else if (pathname.endsWith('/c1')) response.end(ROW)
    else response.end(searchParams.get('page') === '0' ? `[${ROW}]` : '[]')
  })
  const env = { MISTRAL_API_KEY: 'k', MISTRAL_BASE_URL: url }
  const { child, ended } = startHansard(['backup', '--archive', `${testFolder()}/a.db`], env)
  let peak = 0
  const look = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      peak = Math.max(peak, Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0) * 1024)
    } catch {
      // it has ended
    }
  }, 5)
  const { exit, stderr } = await ended
  clearInterval(look)
  return { exit, stderr, peak }
}

it.skipIf(process.platform !== 'linux').each([
  ['zeros in an entry', () => `[{"type":"message.input","content":[${'0,'.repeat(MILLIONS)}0]}]`],
  ['empty lists in an entry', () => `[{"type":"message.input","content":[${'[],'.repeat(MILLIONS)}0]}]`],
  ['names in an entry', () => `[{"type":"message.input","content":{${'"a":{},'.repeat(MILLIONS)}"a":0}}]`],
  ['empty entries', () => `[${'{},'.repeat(MILLIONS)}{}]`],
])(
  'A body of a few million tiny values is recorded as too large, and needs at most 4 times its size in memory: %s',
  async (_, entries) => {
    const history = (list: string) => `{"conversation_id":"c1","entries":${list}}`
    const small = await backUp(history('[]'))
    expect(small).toMatchObject({ exit: 0 })
    const body = history(entries())
    const { exit, stderr, peak } = await backUp(body)
    expect({ exit, stderr }).toEqual({
      exit: 3,
      stderr: expect.stringMatching(
        /^ +c1: The body has too many small values to parse: [\d.]+ MB/m,
      ) as string,
    })
    expect((peak - small.peak) / body.length).toBeLessThan(4)
  },
  30_000,
)
