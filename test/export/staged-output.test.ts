import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

import { checkPlace, type OutputPlace } from '../../src/export/output/output-place.ts'
import type { Output } from '../../src/export/output/output.ts'
import { stageOutput } from '../../src/export/output/staged-output.ts'
import { testFolder } from '../support/folder.ts'

const head = { hansard: '0', format: 'a test', options: {}, selection: {}, counts: {} }

/** A place to export to, in a folder of its own, with an archive elsewhere. */
function placeIn(folder: string, more: Partial<OutputPlace> = {}): OutputPlace {
  return { path: join(folder, 'out'), shape: 'folder', archive: '/nowhere/archive.db', force: false, ...more }
}

async function fill(output: Output, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = await output.create(path)
    await file.write(content)
    await file.close()
  }
}

async function exportTo(place: OutputPlace, files: Readonly<Record<string, string>>): Promise<void> {
  const output = await stageOutput(place)
  try {
    await fill(output, files)
    await output.commit(head)
  } finally {
    await output.abandon()
  }
}

/** All that is in a folder, by path: the content of files, `null` of anything else. */
function found(folder: string): Record<string, string | null> {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = all.map((entry) => join(entry.parentPath, entry.name)).sort()
  return Object.fromEntries(
    paths
      .filter((path) => !statSync(path).isDirectory())
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  )
}

function contents(folder: string): Record<string, string | null> {
  return Object.fromEntries(Object.entries(found(folder)).filter(([path]) => !path.endsWith('manifest.json')))
}

describe('An export stands under its name', () => {
  it('as a whole or not at all, readable by its owner alone', async () => {
    const folder = testFolder()
    const place = placeIn(folder)
    const output = await stageOutput(place)
    await fill(output, { 'a.txt': 'a', '2026/11/b.txt': 'b' })
    expect(readdirSync(folder)).toEqual(['out.part'])
    expect(statSync(`${place.path}.part`).mode & 0o777).toBe(0o700)
    await output.commit(head)
    expect(readdirSync(folder)).toEqual(['out'])
    expect(contents(folder)).toEqual({ 'out/2026/11/b.txt': 'b', 'out/a.txt': 'a' })
    for (const path of ['out', 'out/2026', 'out/2026/11'])
      expect(statSync(join(folder, path)).mode & 0o777).toBe(0o700)
    for (const path of Object.keys(found(folder)))
      expect(statSync(join(folder, path)).mode & 0o777).toBe(0o600)
  })

  it('leaves nothing when it is abandoned, however far it was', async () => {
    for (const path of [undefined, 'a.txt', '2026/b.txt']) {
      const folder = testFolder()
      const output = await stageOutput(placeIn(folder))
      if (path !== undefined) await (await output.create(path)).write('half a')
      await output.abandon()
      await output.abandon()
      expect(readdirSync(folder)).toEqual([])
    }
  })

  it('takes the place of an empty folder, whatever slashes its name ends with', async () => {
    for (const slashes of ['', '/', '//']) {
      const folder = testFolder()
      mkdirSync(join(folder, 'out'))
      await exportTo(placeIn(folder, { path: join(folder, 'out') + slashes }), { 'a.txt': 'a' })
      expect(contents(folder)).toEqual({ 'out/a.txt': 'a' })
      expect(readdirSync(folder)).toEqual(['out'])
    }
  })

  it('has no file but inside it, whatever a writer calls it', async () => {
    const folder = testFolder()
    const output = await stageOutput(placeIn(folder))
    for (const path of [
      '',
      '.',
      '..',
      '../a',
      '/etc/a',
      'a/../../b',
      'a//b',
      'a/',
      'a\\b',
      'a\0',
      'manifest.json',
    ])
      await expect(output.create(path), path).rejects.toThrow('no file of an export')
    await output.abandon()
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('What stands there already is', () => {
  it.each(['file', 'folder'] as const)('left alone without --force (%s)', async (shape) => {
    const folder = testFolder()
    const place = placeIn(folder, { shape })
    await exportTo(place, { 'a.txt': 'first' })
    const before = found(folder)
    await expect(exportTo(place, { 'a.txt': 'second' })).rejects.toMatchObject({
      code: 'usage',
      message: `${place.path} exists already`,
    })
    expect(found(folder)).toEqual(before)
  })

  it.each(['file', 'folder'] as const)('replaced with --force if it is an export (%s)', async (shape) => {
    const folder = testFolder()
    await exportTo(placeIn(folder, { shape }), { 'a.txt': 'first' })
    await exportTo(placeIn(folder, { shape, force: true }), { 'b.txt': 'second' })
    expect(Object.values(contents(folder))).toEqual(['second'])
    expect(readdirSync(folder)).toEqual(shape === 'file' ? ['out', 'out.manifest.json'] : ['out'])
  })

  it('kept with --force if the new export fails', async () => {
    const folder = testFolder()
    await exportTo(placeIn(folder), { 'a.txt': 'first' })
    const output = await stageOutput(placeIn(folder, { force: true }))
    await fill(output, { 'b.txt': 'second' })
    await output.abandon()
    expect(contents(folder)).toEqual({ 'out/a.txt': 'first' })
  })

  it.each<[string, (out: string) => void]>([
    ['a file of somebody else', (out) => writeFileSync(join(out, 'mine.txt'), '')],
    ['a dotfile', (out) => writeFileSync(join(out, '.env'), '')],
    [
      'a file deep inside',
      (out) => (mkdirSync(join(out, 'x/y'), { recursive: true }), writeFileSync(join(out, 'x/y/z'), '')),
    ],
    ['a link to a folder', (out) => symlinkSync('/etc', join(out, 'link'))],
    ['a link to nothing', (out) => symlinkSync('/nowhere/at/all', join(out, 'link'))],
  ])('never replaced if it holds %s', async (_, add) => {
    const folder = testFolder()
    await exportTo(placeIn(folder), { 'a.txt': 'first' })
    add(join(folder, 'out'))
    const before = readdirSync(join(folder, 'out'), { recursive: true })
    await expect(exportTo(placeIn(folder, { force: true }), { 'b.txt': 'second' })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('holds what no export left there') as string,
    })
    expect(readdirSync(join(folder, 'out'), { recursive: true })).toEqual(before)
    expect(readdirSync(folder)).toEqual(['out'])
  })

  it.each(['', '{', '[]', '{"files":[]}', '{"hansard":"0","files":{}}', '{"hansard":"0","files":[null]}'])(
    'never replaced if its manifest is %j',
    async (manifest) => {
      const folder = testFolder()
      mkdirSync(join(folder, 'out'))
      writeFileSync(join(folder, 'out/manifest.json'), manifest)
      const place = placeIn(folder, { force: true })
      expect(() => checkPlace(place)).toThrow('was not left by an export')
    },
  )

  it('never replaced if something is put there while the export goes on', async () => {
    const folder = testFolder()
    const output = await stageOutput(placeIn(folder))
    await fill(output, { 'a.txt': 'a' })
    mkdirSync(join(folder, 'out'))
    writeFileSync(join(folder, 'out/mine.txt'), 'mine')
    await expect(output.commit(head)).rejects.toMatchObject({ code: 'usage' })
    await output.abandon()
    expect(found(folder)).toEqual({ 'out/mine.txt': 'mine' })
  })

  it('never a manifest of something else beside a file', async () => {
    const folder = testFolder()
    const other = join(folder, 'out.manifest.json')
    writeFileSync(other, '{"mine":true}')
    for (const force of [false, true]) {
      const place = placeIn(folder, { shape: 'file', force })
      await expect(exportTo(place, { a: 'a' })).rejects.toMatchObject({ code: 'usage' })
    }
    expect(found(folder)).toEqual({ 'out.manifest.json': '{"mine":true}' })
  })
})

describe('A place is refused', () => {
  const refusals: [string, 'file' | 'folder', (folder: string) => string, string][] = [
    [
      'where a file is and a folder is to be',
      'folder',
      (f) => (writeFileSync(join(f, 'x'), ''), 'x'),
      'is no folder',
    ],
    ['where a folder is and a file is to be', 'file', (f) => (mkdirSync(join(f, 'x')), 'x'), 'is a folder'],
    ['that ends with a slash and is to be a file', 'file', () => 'x/', 'can only be a folder'],
    [
      'that is a link',
      'folder',
      (f) => (mkdirSync(join(f, 'y')), symlinkSync('y', join(f, 'x')), 'x'),
      'is a link',
    ],
    ['that is a link to nothing', 'file', (f) => (symlinkSync('/nowhere', join(f, 'x')), 'x'), 'is a link'],
    ['in no folder', 'folder', () => 'no/x', 'There is no folder'],
    ['in a file', 'file', (f) => (writeFileSync(join(f, 'y'), ''), 'y/x'), 'There is no folder'],
    ['that is the archive', 'file', () => 'archive.db', 'is the archive itself'],
    ['that is the log of the archive', 'file', () => 'archive.db-wal', 'is where the archive is'],
    ['that is the lock of the archive', 'file', () => 'archive.db.lock', 'is where the archive is'],
    ['that is the folder of the archive', 'folder', () => '.', 'is where the archive is'],
    ['that is a folder above the archive', 'folder', () => '..', 'is where the archive is'],
    [
      'that is the archive by another name',
      'file',
      (f) => (symlinkSync('.', join(f, 'l')), 'l/archive.db'),
      'is the archive itself',
    ],
    [
      'whose manifest would be the archive',
      'file',
      (f) => (renameSync(join(f, 'archive.db'), join(f, 'x.manifest.json')), 'x'),
      'is where the archive is',
    ],
  ]
  it.each(refusals)('%s', async (_, shape, make, message) => {
    for (const force of [false, true]) {
      const folder = testFolder()
      writeFileSync(join(folder, 'archive.db'), 'the archive')
      const path = join(folder, 'z').slice(0, -1) + make(folder)
      const archive = join(folder, existsSync(join(folder, 'archive.db')) ? 'archive.db' : 'x.manifest.json')
      const before = readdirSync(folder)
      const refused = exportTo({ path, shape, force, archive }, { a: 'a' })
      await expect(refused).rejects.toMatchObject({
        message: expect.stringContaining(message) as string,
        hint: expect.any(String) as string,
      })
      expect(readdirSync(folder)).toEqual(before)
      expect(readFileSync(archive, 'utf8')).toBe('the archive')
    }
  })

  it('on a disk that takes no files, with a reason', async () => {
    await expect(exportTo(placeIn('/proc/self'), { a: 'a' })).rejects.toMatchObject({
      code: 'file',
      message: expect.stringMatching(/^The export can’t be written: /) as string,
      hint: expect.stringContaining('nothing was left half-written') as string,
    })
  })

  it.each<[string, (part: string) => void]>([
    ['a file', (part) => writeFileSync(part, 'mine')],
    ['a link', (part) => symlinkSync('/tmp', part)],
    [
      'a folder with files',
      (part) => (mkdirSync(join(part, 'out'), { recursive: true }), writeFileSync(join(part, 'mine'), '')),
    ],
    [
      'a folder with files of the same names',
      (part) => (
        mkdirSync(join(part, 'out'), { recursive: true }),
        writeFileSync(join(part, 'out', 'a'), 'mine')
      ),
    ],
    [
      'a folder whose lock is a link',
      (part) => (
        mkdirSync(part),
        writeFileSync(`${part}.mine`, ''),
        symlinkSync(`${part}.mine`, join(part, '.lock'))
      ),
    ],
    [
      'a folder whose lock holds something',
      (part) => (mkdirSync(part), writeFileSync(join(part, '.lock'), 'mine')),
    ],
    ...(process.getuid?.() === 0
      ? [
          [
            'a folder of another user',
            (part: string) => (
              mkdirSync(part),
              writeFileSync(join(part, '.lock'), ''),
              chownSync(part, 65_534, 65_534)
            ),
          ] as [string, (part: string) => void],
        ]
      : []),
  ])('beside which somebody has %s of the name that an export works in', async (_, make) => {
    const folder = testFolder()
    make(join(folder, 'out.part'))
    const before = readdirSync(folder)
    await expect(exportTo(placeIn(folder), { a: 'a' })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('out.part is in the way') as string,
    })
    expect(readdirSync(folder)).toEqual(before)
  })
})

describe('What a killed export left', () => {
  /** The folder of an export that was killed, with these files in it. */
  function leftovers(files: Readonly<Record<string, string>>): string {
    const folder = testFolder()
    const part = join(folder, 'out.part')
    mkdirSync(join(part, 'out'), { recursive: true })
    writeFileSync(join(part, '.lock'), '')
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    }
    return folder
  }

  it('is cleared away by the next', async () => {
    const folder = leftovers({
      'out.part/out/x/half.txt': 'ha',
      'out.part/files': '',
      'out.part/manifest': '{',
    })
    await exportTo(placeIn(folder), { 'a.txt': 'a' })
    expect(contents(folder)).toEqual({ 'out/a.txt': 'a' })
    expect(readdirSync(folder)).toEqual(['out'])
  })

  it('is put back if it was the earlier export, on its way out', async () => {
    const manifest = JSON.stringify({ ...head, files: [{ path: 'a.txt' }] })
    const files = { 'out.part/old/a.txt': 'first', 'out.part/old/manifest.json': manifest }
    const folder = leftovers(files)
    await expect(exportTo(placeIn(folder), { 'b.txt': 'second' })).rejects.toMatchObject({
      message: `${join(folder, 'out')} exists already`,
    })
    expect(contents(folder)).toEqual({ 'out/a.txt': 'first' })
    expect(readdirSync(folder)).toEqual(['out'])

    const again = leftovers(files)
    await exportTo(placeIn(again, { force: true }), { 'b.txt': 'second' })
    expect(contents(again)).toEqual({ 'out/b.txt': 'second' })
  })

  it('is a manifest that gets its place beside its file, so that --force knows the file as an export', async () => {
    const manifest = JSON.stringify({ ...head, files: [{ path: 'out' }] })
    const folder = leftovers({ out: 'first', 'out.part/manifest': manifest, 'out.part/files': '' })
    await exportTo(placeIn(folder, { shape: 'file', force: true }), { a: 'second' })
    expect(contents(folder)).toEqual({ out: 'second' })
  })
})

describe('Two exports to the same place', () => {
  it('are one too many: the second is told so, and harms nothing', async () => {
    const folder = testFolder()
    const first = await stageOutput(placeIn(folder))
    await fill(first, { 'a.txt': 'first' })
    await expect(stageOutput(placeIn(folder))).rejects.toMatchObject({
      code: 'archive-locked',
      message: `Another export is writing to ${join(folder, 'out')}`,
    })
    await first.commit(head)
    expect(contents(folder)).toEqual({ 'out/a.txt': 'first' })
    expect(readdirSync(folder)).toEqual(['out'])
  })

  it('come one after the other when the first has ended', async () => {
    const folder = testFolder()
    const first = await stageOutput(placeIn(folder))
    await first.abandon()
    await exportTo(placeIn(folder), { 'a.txt': 'second' })
    expect(contents(folder)).toEqual({ 'out/a.txt': 'second' })
    rmSync(folder, { recursive: true })
  })
})
