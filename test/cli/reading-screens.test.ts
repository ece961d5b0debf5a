import { expect } from 'vitest'

import { itOnTerminal, startHansardOnTerminal } from '../support/pseudo-terminal.ts'
import { recordCommand } from '../support/recorded-screens.ts'
import { recordedWorld } from '../support/recorded-world.ts'

const TONGUES = 'conv_019bb0c0de007a11b222c333d444e555'

itOnTerminal(
  'Conversations and matches look as recorded',
  async () => {
    const { folder, morning } = await recordedWorld()
    const options = { env: { ...morning, PAGER: 'cat' }, cwd: folder }
    await recordCommand('show', ['show', 'conv_0684fd306df172f2800051d4f82d4a8b'], options)
    await recordCommand('show-scripts', ['show', TONGUES], options)
    await recordCommand(
      'show-entry',
      ['show', 'conv_019c0000111171228333444455556666', '--entry', '80-81'],
      options,
    )
    await recordCommand('search', ['search', 'river* bank'], options)
    await recordCommand('search-scripts', ['search', '川'], options)
    await recordCommand('search-nothing', ['search', 'meande', '長い道'], options)
  },
  300_000,
)

const WALK = 'conv_019c0000111171228333444455556666'

itOnTerminal('A long conversation is read in a pager, from the entry that is asked for', async () => {
  const { folder, morning } = await recordedWorld()
  const options = { env: { ...morning, PAGER: 'less' }, cwd: folder }
  const all = startHansardOnTerminal(['show', WALK], options)
  await all.untilSeen(/A walk of 150 kilometres[^]*entry 0 · user/)
  all.type('q')
  expect(await all.ended).toMatchObject({ exit: 0, broken: 0 })

  const rest = startHansardOnTerminal(['show', WALK, '--entry', '80'], options)
  await rest.untilSeen(/here 80 to 299\n\nentry 80 · user[^]*entry 83/)
  rest.type('q')
  expect(await rest.ended).toMatchObject({ exit: 0, broken: 0 })
})

itOnTerminal('Notes about a search follow its pages', async () => {
  const { folder, morning } = await recordedWorld()
  const options = { env: { ...morning, PAGER: 'less' }, cwd: folder, rows: 8 }
  const search = startHansardOnTerminal(['search', 'the', '--limit', '6'], options)
  await search.untilSeen(/^CONVERSATION/)
  expect((await search.seen()).join('\n')).not.toContain('Showing')
  search.type('Gq')
  const { lines, exit } = await search.ended
  expect(lines.at(-1)).toMatch(/^Showing the best 6 of \d+ matches; use --limit to show more\.$/)
  expect(exit).toBe(0)
})
