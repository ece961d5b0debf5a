import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { cronLine } from '../../../src/cli/schedule/cron-line.ts'
import { launchdScript } from '../../../src/cli/schedule/launchd-script.ts'
import { schedules } from '../../../src/cli/schedule/schedules.ts'
import { systemdScript } from '../../../src/cli/schedule/systemd-script.ts'
import { testFolder } from '../../support/folder.ts'
import { hansard } from '../../support/hansard.ts'
import { hasPrograms } from '../../support/programs.ts'
import { someTalks, talksOf } from '../../support/talks.ts'
import { world } from '../../support/world.ts'

/** What a shell, a unit and a property list would each read in their own way. */
const odd = ['/bin/echo', 'a b', `it's`, '100%', '$HOME', '"q"', String.raw`back\slash`, '<&>', '%h']
const daily = { words: odd, hour: 3, minute: 5 }

/** Runs the printed script in an empty home, with a systemctl that does nothing; returns the folder of the units. */
function installed(script: string): string {
  const home = testFolder()
  mkdirSync(join(home, 'bin'))
  writeFileSync(join(home, 'bin/systemctl'), '#!/bin/sh\n')
  chmodSync(join(home, 'bin/systemctl'), 0o755)
  execFileSync('sh', {
    input: script,
    env: { HOME: home, PATH: `${join(home, 'bin')}:${process.env['PATH']}` },
  })
  return join(home, '.config/systemd/user')
}

/** Runs a command as cron does: with sh, and without the variables of a login. */
async function runInShell(command: string): Promise<{ status: number | null; stderr: string }> {
  const shell = spawn('sh', ['-c', command], { env: {}, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  shell.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const status = await new Promise<number | null>((resolve) => shell.once('close', resolve))
  return { status, stderr }
}

describe('hansard schedule print', () => {
  it('prints what backs up all profiles, one of them, or an account without a profile', async () => {
    const folder = testFolder()
    const config = join(folder, 'hansard.toml')
    const print = async (...args: string[]) =>
      (await hansard(['schedule', 'print', 'cron', ...args], { env: { HOME: folder } })).stdout
    expect(await print('--config', config)).toMatch(
      new RegExp(`^15 3 \\* \\* \\*  \\S+ \\S+/bin/hansard.js backup --quiet --all --config ${config}\n$`),
    )
    expect(await print('--config', config, '--at', '23:05', '--', '--ping', 'https://x.org/%41')).toMatch(
      /^5 23 \* \* \*  .* --ping https:\/\/x\.org\/\\%41\n$/,
    )
    expect(await print('--archive', '/srv/me.db', '--api-key-file', '/etc/key')).toContain(
      'backup --quiet --archive /srv/me.db --api-key-file /etc/key',
    )
  })

  it('refuses what could not run', async () => {
    const env = { HOME: testFolder() }
    const without = await hansard(['schedule', 'print', 'cron'], { env })
    expect(without).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/no configuration.*\nhint: /) as string,
    })
    const late = await hansard(['schedule', 'print', 'cron', '--at', '24:00'], { env })
    expect(late).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('such as 03:15') as string })
    expect((await hansard(['schedule', 'print', 'anacron'], { env })).exitCode).toBe(2)
  })

  it('prints a line for cron that a shell runs as it stands', async () => {
    const { folder, env } = await world({ stories: [talksOf(someTalks(3))] })
    const archive = join(folder, `it's 100% mine.db`)
    writeFileSync(join(folder, 'key'), 'source', { mode: 0o600 })
    const args = ['schedule', 'print', 'cron', '--archive', archive, '--api-key-file', join(folder, 'key')]
    const { stdout } = await hansard([...args, '--', '--base-url', env['MISTRAL_BASE_URL'] ?? ''])
    // cron removes the backslash before a percent sign.
    const command = stdout.replace(/^\S+ \S+ \* \* \* {2}/, '').replaceAll(String.raw`\%`, '%')
    const { status, stderr } = await runInShell(command)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(existsSync(archive)).toBe(true)
  })

  it('keeps every word for cron and launchd', () => {
    const command = cronLine(daily)
      .replace(/^\S+ \S+ \* \* \* {2}/, '')
      .replaceAll(String.raw`\%`, '%')
    expect(execFileSync('sh', ['-c', command.replace('/bin/echo', `printf '%s\\n'`)]).toString()).toBe(
      `${odd.slice(1).join('\n')}\n`,
    )
    const plist = join(testFolder(), 'hansard.plist')
    writeFileSync(plist, launchdScript(daily))
    const read = `import plistlib,json,sys; print(json.dumps(plistlib.load(open(sys.argv[1],'rb'))))`
    if (!hasPrograms('python3')) return
    expect(JSON.parse(execFileSync('python3', ['-c', read, plist]).toString())).toMatchObject({
      ProgramArguments: odd,
      StartCalendarInterval: { Hour: 3, Minute: 5 },
    })
  })

  it.skipIf(!hasPrograms('systemd-analyze'))('prints units that systemd accepts without a remark', () => {
    const units = installed(systemdScript({ ...daily, words: [process.execPath, ...odd.slice(1)] }))
    for (const unit of ['hansard.service', 'hansard.timer']) {
      const { status, stdout, stderr } = spawnSync(
        'systemd-analyze',
        ['verify', '--user', join(units, unit)],
        {
          env: { ...process.env, XDG_RUNTIME_DIR: testFolder(), HOME: testFolder() },
        },
      )
      expect([status, stdout.toString(), stderr.toString()]).toEqual([0, '', ''])
    }
    const calendar = /OnCalendar=(.*)/.exec(readFileSync(join(units, 'hansard.timer'), 'utf8'))?.[1] ?? ''
    expect(spawnSync('systemd-analyze', ['calendar', calendar]).status).toBe(0)
  })

  it('has a way for each system that is named in the help', async () => {
    const { stdout } = await hansard(['schedule', 'print', '--help'])
    for (const name of Object.keys(schedules)) expect(stdout).toContain(name)
  })
})
