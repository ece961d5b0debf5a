import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect } from 'vitest'

import { openArchive } from '../../../src/archive/archive.ts'
import { isShellName, shells } from '../../../src/cli/completion/shells.ts'
import { archiveOf } from '../../support/archives.ts'
import { describeConcurrent } from '../../support/describe-concurrent.ts'
import { testFolder } from '../../support/folder.ts'
import { itInShell, outputOf, shellHome } from '../../support/interactive-shell.ts'

/** Ids and names that a shell would run, or that would break its line or its screen. */
const hostile = (trap: string) => [
  'conv_plain',
  'conv_with space',
  `conv_both'and"`,
  `conv_sub$(touch ${trap})`,
  `conv_tick\`touch ${trap}\``,
  'conv_semi;colon&pipe|star*',
  'conv_line\nbreak',
  'conv_red\u001b[31m',
  'conv_a:b=c',
]

/** Creates an archive of these ids, the first one the oldest. Every name is a trap too. */
function hostileArchive(): { archive: string; trap: string } {
  const folder = testFolder()
  const trap = join(folder, 'trap')
  const archive = join(folder, 'archive.db')
  const opened = openArchive(archive, { mode: 'create' })
  const name = `\u001b[2J\nRivers $(touch ${trap}) \`touch ${trap}\` %F{red} 'q' "d" a:b`
  const rows = hostile(trap).map((id, i) => ({ id, name, created_at: `2026-01-0${i + 1}T00:00:00Z` }))
  archiveOf(
    rows.map((row) => ({ row })),
    opened,
  )
  opened.close()
  return { archive, trap }
}

/** What is typed, and the line after the Tab key. */
const lines: readonly (readonly [keys: string, line: string])[] = [
  ['hansard statu\t', 'hansard status '],
  ['hansard replay pl\t', 'hansard replay plan '],
  ['hansard help replay und\t', 'hansard help replay undo '],
  ['hansard backup --adopt\t', 'hansard backup --adopt-account '],
  ['hansard list --verb\t', 'hansard list --verbose '],
  ['hansard export jsonl --per e\t', 'hansard export jsonl --per entry '],
  ['hansard export jsonl --per=e\t', 'hansard export jsonl --per=entry '],
  ['hansard export chat --drop thinking ref\t', 'hansard export chat --drop thinking references '],
  ['hansard api getH\t', 'hansard api getHistory '],
  ['hansard show conv_p\t', 'hansard show conv_plain '],
  ['hansard show "conv_p\t', 'hansard show "conv_plain" '],
  ["hansard list --id 'conv_p\t", "hansard list --id 'conv_plain' "],
  ['hansard list --id=conv_a:\t', 'hansard list --id=conv_a:b=c '],
  ['hansard list --id conv_plain conv_w\t', String.raw`hansard list --id conv_plain conv_with\ space `],
  ['hansard export jsonl --output my\\ f\t', String.raw`hansard export jsonl --output my\ file.jsonl `],
  ['hansard export jsonl --output=my\\ f\t', String.raw`hansard export jsonl --output=my\ file.jsonl `],
  ['hansard --archive ~/my\\ f\t', String.raw`hansard --archive ~/my\ file.jsonl `],
  ['hansard demo --folder sub\t', 'hansard demo --folder subfolder/'],
  // Nothing is suggested where nothing fits, and where there is no archive.
  ['hansard status my\t', 'hansard status my'],
  ['hansard --archive none.db show conv_p\t', 'hansard --archive none.db show conv_p'],
  ['hansard list --zzz\t', 'hansard list --zzz'],
]

for (const shell of Object.keys(shells).filter(isShellName)) {
  describeConcurrent(`The Tab key in ${shell}`, () => {
    itInShell(shell, 'completes commands, options, choices, ids and files', async () => {
      const { home, press } = await shellHome(shell, hostileArchive().archive)
      writeFileSync(join(home, 'my file.jsonl'), '')
      mkdirSync(join(home, 'subfolder'))
      expect((await press(...lines.map(([keys]) => keys))).lines).toEqual(lines.map(([, line]) => line))
    })

    itInShell(shell, 'completes after the line of the help that loads it for one shell', async () => {
      const { press } = await shellHome(shell, hostileArchive().archive, 'help')
      expect((await press('hansard show conv_p\t')).lines).toEqual(['hansard show conv_plain '])
    })

    itInShell(shell, 'completes the function that the user of a clone is told to define', async () => {
      const { press } = await shellHome(shell, hostileArchive().archive, 'clone')
      expect((await press('hansard show conv_p\t')).lines).toEqual(['hansard show conv_plain '])
    })

    itInShell(shell, 'inserts ids that mean themselves to the shell, and runs nothing', async () => {
      const { archive, trap } = hostileArchive()
      const { press } = await shellHome(shell, archive)
      const ids = hostile(trap).filter((id) => !/[\n\u001b]/.test(id))
      const pressed = await press(...ids.map((id) => `hansard show ${id.slice(0, 7)}\t`))
      for (const [i, id] of ids.entries()) {
        const command = pressed.lines[i]?.replace('hansard show', 'printf %s') ?? ''
        expect(await outputOf(shell, ['-c', command])).toBe(id)
      }
      // An id of several lines, or with control codes, is left out.
      const leftOut = ['hansard show conv_l', 'hansard show conv_r']
      // Words before the cursor are not run either. (zsh itself replaces a command at the cursor by its output.)
      const command = `hansard list --id $(touch ${trap}) conv_p`
      expect((await press(...[...leftOut, command].map((line) => `${line}\t`))).lines).toEqual([
        ...leftOut,
        `${command}lain `,
      ])
      expect(existsSync(trap)).toBe(false)
    })

    itInShell(shell, 'lists ids, newest first, and shows control codes of titles as text', async () => {
      const { archive, trap } = hostileArchive()
      const { pressUntil } = await shellHome(shell, archive)
      const drawn = await pressUntil('plain', 'hansard show conv_\t\t')
      const screen = stripVTControlCharacters(drawn)
      const order = [...screen.matchAll(/conv_(a:b|plain|both)/g)].map(([id]) => id)
      expect([...new Set(order)]).toEqual(['conv_a:b', 'conv_both', 'conv_plain'])
      expect(drawn).not.toContain('\u001b[2J')
      if (shell !== 'bash') expect(screen).toContain('␛[2J')
      expect(existsSync(trap)).toBe(false)
    })
  })
}
