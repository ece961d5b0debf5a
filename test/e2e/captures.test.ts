import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { compact, elements, member } from '../../src/model/json/json-text.ts'
import { answerFromCaptures, capture, capturedHistories, capturedRows } from '../support/captures.ts'
import { testFolder } from '../support/folder.ts'
import { hansard } from '../support/hansard.ts'
import { serve } from '../support/http-server.ts'

/** Serves the captures; returns the environment of a command that backs them up. */
async function capturedAccount(): Promise<Record<string, string>> {
  const { url } = await serve(answerFromCaptures)
  const archive = join(testFolder(), 'archive.db')
  return { MISTRAL_API_KEY: 'key-of-a-test', MISTRAL_BASE_URL: url, HANSARD_ARCHIVE: archive }
}

describe('A conversation captured from the live service', () => {
  it('is archived token for token', async () => {
    const env = await capturedAccount()

    const backup = await hansard(['backup', '--json'], { env })
    expect(backup).toMatchObject({ exitCode: 0, stderr: '' })
    const size = capturedRows.length
    expect(JSON.parse(backup.stdout)).toMatchObject({ listed: size, new: size, failed: 0, complete: true })

    const lines = (await hansard(['export', 'jsonl', '--output', '-'], { env })).stdout.trimEnd().split('\n')
    const exported = new Map(lines.map((line) => [idOf(line), line]))
    expect(exported.size).toBe(size)
    for (const row of capturedRows) {
      const id = (JSON.parse(row) as { id: string }).id
      const line = exported.get(id) ?? ''
      expect(member(line, 'conversation')?.value).toBe(compact(row))
      const history = member(capturedHistories.get(id) ?? '{}', 'entries')?.value ?? '[]'
      expect(member(line, 'entries')?.value).toBe(compact(history))
    }
  })

  it('is fetched once, and again only when it changes', async () => {
    const env = await capturedAccount()
    await hansard(['backup'], { env })
    const second = JSON.parse((await hansard(['backup', '--json'], { env })).stdout) as Record<
      string,
      unknown
    >
    expect(second).toMatchObject({ unchanged: capturedRows.length, new: 0, updated: 0, complete: true })
    expect(second['requests']).toBeLessThanOrEqual(3)
  })

  it('is shown as a transcript', async () => {
    const env = await capturedAccount()
    await hansard(['backup'], { env })
    for (const id of capturedHistories.keys()) {
      const { stdout, exitCode } = await hansard(['show', id], { env })
      expect(exitCode).toBe(0)
      for (const entry of elements(member(capturedHistories.get(id) ?? '{}', 'entries')?.value ?? '[]')) {
        const { content } = JSON.parse(entry) as { content?: unknown }
        if (typeof content === 'string') expect(stdout).toContain(content.split('\n')[0])
      }
    }
    expect(capture('start.code-interpreter.json')).toContain('triangle')
  })
})

function idOf(line: string): string {
  return (JSON.parse(line) as { conversation: { id: string } }).conversation.id
}
