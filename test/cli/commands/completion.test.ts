import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'

import { shells, type ShellName } from '../../../src/cli/completion/shells.ts'
import { run } from '../../../src/cli/main.ts'
import { testFolder } from '../../support/folder.ts'
import { hansard } from '../../support/hansard.ts'
import { expectSchema } from '../../support/json-schemas.ts'
import { testIo } from '../../support/test-io.ts'

const names = Object.keys(shells) as ShellName[]
const places = {
  bash: '.local/share/bash-completion/completions/hansard',
  zsh: '.zfunc/_hansard',
  fish: '.config/fish/completions/hansard.fish',
}

describe('hansard completion', () => {
  it.each(names)('prints the script for %s, as text and in JSON', async (shell) => {
    const { exitCode, stdout, stderr } = await hansard(['completion', shell])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain(`hansard __complete ${shell} `)
    const json = await hansard(['completion', shell, '--json'])
    expect(expectSchema('completion', json.stdout)).toEqual([
      { command: 'completion', shell, script: stdout },
    ])
  })

  it.each(names)('says in the help how to use the script for %s', async (shell) => {
    const { stdout } = await hansard(['help', 'completion', shell])
    expect(stdout).toContain(`hansard completion install ${shell}`)
    expect(stdout).toMatch(
      shell === 'fish' ? 'completion fish | source' : `source <(hansard completion ${shell})`,
    )
  })

  it('prints a script that starts a clone by its absolute path', async () => {
    const stdout = new PassThrough()
    const startWords = ['/usr/bin/node', '/srv/my tools/bin/hansard.js']
    expect(await run(['completion', 'zsh'], testIo({ stdout, startWords }))).toBe(0)
    expect(String(stdout.read())).toContain(`/usr/bin/node '/srv/my tools/bin/hansard.js' __complete zsh `)
  })
})

describe('hansard completion install', () => {
  it.each(names)('writes the script for %s, says which file, and how to undo it', async (shell) => {
    const HOME = testFolder()
    const file = join(HOME, places[shell])
    const env = { HOME, SHELL: `/usr/bin/${shell}` }
    const { exitCode, stdout, stderr } = await hansard(['completion', 'install'], { env })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^Written: ${file}\n[^]*\nTo undo: rm ${file}\n$`))
    expect(readFileSync(file, 'utf8')).toBe((await hansard(['completion', shell])).stdout)
    // Again, with the shell named: it replaces its own file.
    const json = await hansard(['completion', 'install', shell, '--json'], { env: { HOME } })
    expect(expectSchema('completion-install', json.stdout)).toEqual([
      { command: 'completion install', shell, file },
    ])
  })

  it('uses the folders that the environment names', async () => {
    const [HOME, data] = [testFolder(), testFolder()]
    const fileFor = async (shell: string, env: Record<string, string>) => {
      const { stdout } = await hansard(['completion', 'install', shell, '--json'], { env: { HOME, ...env } })
      return (JSON.parse(stdout) as { file: string }).file
    }
    expect(await fileFor('bash', { XDG_DATA_HOME: data })).toBe(
      join(data, 'bash-completion/completions/hansard'),
    )
    expect(await fileFor('bash', { BASH_COMPLETION_USER_DIR: data })).toBe(join(data, 'completions/hansard'))
    expect(await fileFor('fish', { XDG_CONFIG_HOME: data })).toBe(join(data, 'fish/completions/hansard.fish'))
  })

  it('leaves a file alone that hansard did not write', async () => {
    const HOME = testFolder()
    const file = join(HOME, places.zsh)
    mkdirSync(dirname(file))
    writeFileSync(file, '#compdef hansard\n# mine')
    const { exitCode, stderr } = await hansard(['completion', 'install', 'zsh'], { env: { HOME } })
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('exists, and hansard did not write it')])
    expect(readFileSync(file, 'utf8')).toBe('#compdef hansard\n# mine')
  })

  it('fails with a hint where it cannot tell the shell or the folder', async () => {
    const failed = async (args: string[], env: Record<string, string>) => {
      const { exitCode, stderr } = await hansard(['completion', 'install', ...args], { env })
      expect(stderr).toMatch(/^hansard: .*\nhint: .*\n$/)
      return [exitCode, stderr]
    }
    expect(await failed([], {})).toEqual([2, expect.stringContaining('`hansard completion install bash`')])
    expect(await failed([], { SHELL: '/bin/dash' })).toEqual([2, expect.stringContaining('which shell')])
    expect(await failed(['bash'], {})).toEqual([2, expect.stringContaining('HOME is not set')])
    const HOME = join(testFolder(), 'file')
    writeFileSync(HOME, '')
    expect(await failed(['bash'], { HOME })).toEqual([1, expect.stringContaining('Cannot write')])
  })

  it('from a clone, says how to have the command hansard', async () => {
    const stdout = new PassThrough()
    const startWords = ['/usr/bin/node', '/srv/hansard/bin/hansard.js']
    const env = { HOME: testFolder() }
    expect(await run(['completion', 'install', 'zsh'], testIo({ stdout, env, startWords }))).toBe(0)
    expect(String(stdout.read())).toContain(
      '  hansard() { /usr/bin/node /srv/hansard/bin/hansard.js "$@"; }\n',
    )
  })
})
