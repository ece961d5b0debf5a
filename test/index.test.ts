import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { describe, expect, it } from 'vitest'

import { generateConversations } from '../src/sandbox/seed/generate-conversations.ts'
import { testFolder } from './support/folder.ts'
import { world } from './support/world.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)

/** Runs a program that imports `hansard` by its name, as a package that depends on it would (so it needs the build). */
async function runModule(code: string, env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: root,
    env: { ...process.env, ...env },
  })
  return stdout
}

describe('The library', () => {
  it('is imported by its name, and exports what it promises and nothing by accident', async () => {
    const stdout = await runModule(
      `import * as hansard from 'hansard'; console.log(Object.keys(hansard).sort().join(' '))`,
    )
    expect(stdout.trim().split(' ')).toEqual([
      'ConversationsClient',
      'HansardError',
      'backup',
      'exportArchive',
      'isHansardError',
      'lineOfConversation',
      'lockArchive',
      'lookups',
      'openArchive',
      'operations',
      'planReplay',
      'readPlan',
      'runReplay',
      'startReader',
      'startSandbox',
      'undoReplay',
      'verifyArchive',
      'verifyCopies',
    ])
  })

  it('runs the example of the README as it stands there', async () => {
    const stories = [generateConversations({ count: 3, entries: 4, bytesPerEntry: 100, seed: 1 })]
    const { sandbox } = await world({ stories })
    const readme = await readFile(join(root, 'README.md'), 'utf8')
    const [example = '', ...others] = [...readme.matchAll(/^```js\n(.*?)^```/gms)].map(([, code]) => code)
    expect(others).toEqual([])
    const archive = join(testFolder(), 'example.db')
    const here = example
      .replace(`'hansard.db'`, JSON.stringify(archive))
      .replace(
        'process.env.MISTRAL_API_KEY }',
        'process.env.MISTRAL_API_KEY, baseUrl: process.env.MISTRAL_BASE_URL }',
      )
    const stdout = await runModule(here, {
      MISTRAL_API_KEY: 'source',
      MISTRAL_BASE_URL: sandbox.url,
    })
    expect(stdout).toContain('complete: true')
    expect(stdout.match(/conv_\w+ .*4 entries/g)).toHaveLength(3)
  })
})
