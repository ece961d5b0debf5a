import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { planContent, withLineFile } from '../../src/replay/line-file.ts'
import { testFolder } from '../support/folder.ts'

const LINE = `${planContent.beginning}}\n`

function writeTo(path: string, meanwhile: () => void = () => undefined): Promise<void> {
  return withLineFile(path, planContent, async (write) => {
    await write(LINE)
    meanwhile()
  })
}

/** A folder with a file of another program in it. */
function folderWithFile(): { folder: string; out: string; mine: string } {
  const folder = testFolder()
  const mine = join(folder, 'mine')
  writeFileSync(mine, 'mine', { mode: 0o644 })
  return { folder, out: join(folder, 'out'), mine }
}

describe('A file of lines', () => {
  it('is created, or replaces an earlier one, readable by its owner only', async () => {
    const { folder, out } = folderWithFile()
    await writeTo(out)
    await writeTo(out)
    expect(readFileSync(out, 'utf8')).toBe(LINE)
    expect(statSync(out).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder).sort()).toEqual(['mine', 'out'])
  })

  it.each<[string, (there: { folder: string; out: string; mine: string }) => void]>([
    ['a file of another kind', ({ out }) => writeFileSync(out, 'other')],
    ['a link to a file', ({ out, mine }) => symlinkSync(mine, out)],
    ['a link to an earlier one', ({ out, mine }) => (writeFileSync(mine, LINE), symlinkSync(mine, out))],
    ['a link to nothing', ({ out, folder }) => symlinkSync(join(folder, 'nothing'), out)],
    ['a folder', ({ out }) => mkdirSync(out)],
    ['a named pipe, which nobody fills', ({ out }) => execFileSync('mkfifo', [out])],
  ])('is refused in place of %s', async (_, make) => {
    const there = folderWithFile()
    make(there)
    const before = [readdirSync(there.folder), readFileSync(there.mine, 'utf8')]
    await expect(writeTo(there.out)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/out (is a symbolic link|exists and is not a plan)$/) as string,
      hint: 'Choose another file with --out.',
    })
    expect([readdirSync(there.folder), readFileSync(there.mine, 'utf8')]).toEqual(before)
  })

  it('that cannot be written says why, and leaves nothing', async () => {
    const path = join(testFolder(), 'none', 'out')
    await expect(writeTo(path)).rejects.toMatchObject({
      code: 'file',
      message: expect.stringMatching(/^Cannot write the plan .*none\/out: ENOENT/) as string,
      hint: 'Check the folder, its permissions and the free space. No partial file was left.',
    })
  })

  it('is only a promise without a path', async () => {
    const written = await withLineFile(undefined, planContent, (write) => write(LINE).then(() => 'done'))
    expect(written).toBe('done')
  })

  it('begins as a plan does, so that no other file is replaced', () => {
    expect(planContent).toEqual({ name: 'plan', beginning: '{"kind":"hansard replay plan"' })
  })

  it.each<[string, (part: string, mine: string) => void]>([
    ['a file', (part) => writeFileSync(part, 'mine')],
    ['a link', (part, mine) => symlinkSync(mine, part)],
    ['another name of a file', (part, mine) => linkSync(mine, part)],
    ['a link to nothing', (part) => symlinkSync(`${part}.nothing`, part)],
  ])('leaves %s of another program next to it alone', async (_, make) => {
    const { folder, out, mine } = folderWithFile()
    make(`${out}.part`, mine)
    const before = readdirSync(folder)
    await writeTo(out)
    expect(readFileSync(mine, 'utf8')).toBe('mine')
    expect(readdirSync(folder).sort()).toEqual([...before, 'out'].sort())
    expect(readFileSync(out, 'utf8')).toBe(LINE)
  })

  it('does not replace a file that appeared in the meantime', async () => {
    const { folder, out } = folderWithFile()
    const written = writeTo(out, () => writeFileSync(out, 'other'))
    await expect(written).rejects.toMatchObject({ code: 'usage' })
    expect(readFileSync(out, 'utf8')).toBe('other')
    expect(readdirSync(folder).sort()).toEqual(['mine', 'out'])
  })
})
