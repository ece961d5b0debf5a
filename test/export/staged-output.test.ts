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

/** Returns a place to export to, in a folder of its own, with an archive elsewhere. */
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

/** Returns everything in a folder by path: the content of a file, `null` for anything else. */
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

describe('An export', () => {
  it('appears under its name as a whole or not at all, readable by its owner only', async () => {
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

  it('leaves nothing behind when it is abandoned at any point', async () => {
    for (const path of [undefined, 'a.txt', '2026/b.txt']) {
      const folder = testFolder()
      const output = await stageOutput(placeIn(folder))
      if (path !== undefined) await (await output.create(path)).write('half a')
      await output.abandon()
      await output.abandon()
      expect(readdirSync(folder)).toEqual([])
    }
  })

  it('replaces an empty folder, however many slashes its path ends with', async () => {
    for (const slashes of ['', '/', '//']) {
      const folder = testFolder()
      mkdirSync(join(folder, 'out'))
      await exportTo(placeIn(folder, { path: join(folder, 'out') + slashes }), { 'a.txt': 'a' })
      expect(contents(folder)).toEqual({ 'out/a.txt': 'a' })
      expect(readdirSync(folder)).toEqual(['out'])
    }
  })

  it('contains all of its files, whatever names a writer uses', async () => {
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
      await expect(output.create(path), path).rejects.toThrow('is not a valid name for a file of an export')
    await output.abandon()
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('What already exists at the path', () => {
  it.each(['file', 'folder'] as const)('is left alone without --force (%s)', async (shape) => {
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

  it.each(['file', 'folder'] as const)('is replaced with --force if it is an export (%s)', async (shape) => {
    const folder = testFolder()
    await exportTo(placeIn(folder, { shape }), { 'a.txt': 'first' })
    await exportTo(placeIn(folder, { shape, force: true }), { 'b.txt': 'second' })
    expect(Object.values(contents(folder))).toEqual(['second'])
    expect(readdirSync(folder)).toEqual(shape === 'file' ? ['out', 'out.manifest.json'] : ['out'])
  })

  it('is kept with --force if the new export fails', async () => {
    const folder = testFolder()
    await exportTo(placeIn(folder), { 'a.txt': 'first' })
    const output = await stageOutput(placeIn(folder, { force: true }))
    await fill(output, { 'b.txt': 'second' })
    await output.abandon()
    expect(contents(folder)).toEqual({ 'out/a.txt': 'first' })
  })

  it.each<[string, (out: string) => void]>([
    ['a foreign file', (out) => writeFileSync(join(out, 'mine.txt'), '')],
    ['a dotfile', (out) => writeFileSync(join(out, '.env'), '')],
    [
      'a file deep inside',
      (out) => (mkdirSync(join(out, 'x/y'), { recursive: true }), writeFileSync(join(out, 'x/y/z'), '')),
    ],
    ['a link to a folder', (out) => symlinkSync('/etc', join(out, 'link'))],
    ['a link to nothing', (out) => symlinkSync('/nowhere/at/all', join(out, 'link'))],
  ])('is never replaced if it contains %s', async (_, add) => {
    const folder = testFolder()
    await exportTo(placeIn(folder), { 'a.txt': 'first' })
    add(join(folder, 'out'))
    const before = readdirSync(join(folder, 'out'), { recursive: true })
    await expect(exportTo(placeIn(folder, { force: true }), { 'b.txt': 'second' })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('contains files that are not part of an export') as string,
    })
    expect(readdirSync(join(folder, 'out'), { recursive: true })).toEqual(before)
    expect(readdirSync(folder)).toEqual(['out'])
  })

  it.each(['', '{', '[]', '{"files":[]}', '{"hansard":"0","files":{}}', '{"hansard":"0","files":[null]}'])(
    'is never replaced if its manifest is %j',
    async (manifest) => {
      const folder = testFolder()
      mkdirSync(join(folder, 'out'))
      writeFileSync(join(folder, 'out/manifest.json'), manifest)
      const place = placeIn(folder, { force: true })
      expect(() => checkPlace(place)).toThrow('is not an earlier export')
    },
  )

  it('is never replaced if it was created while the export ran', async () => {
    const folder = testFolder()
    const output = await stageOutput(placeIn(folder))
    await fill(output, { 'a.txt': 'a' })
    mkdirSync(join(folder, 'out'))
    writeFileSync(join(folder, 'out/mine.txt'), 'mine')
    await expect(output.commit(head)).rejects.toMatchObject({ code: 'usage' })
    await output.abandon()
    expect(found(folder)).toEqual({ 'out/mine.txt': 'mine' })
  })

  it('is never replaced if the manifest beside it belongs to another file', async () => {
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

describe('An output path is refused', () => {
  const refusals: [string, 'file' | 'folder', (folder: string) => string, string][] = [
    [
      'if it is a file and the format writes a folder',
      'folder',
      (f) => (writeFileSync(join(f, 'x'), ''), 'x'),
      'is not a folder',
    ],
    [
      'if it is a folder and the format writes a file',
      'file',
      (f) => (mkdirSync(join(f, 'x')), 'x'),
      'is a folder',
    ],
    ['if it ends with a slash and the format writes a file', 'file', () => 'x/', 'is the path of a folder'],
    [
      'if it is a symbolic link',
      'folder',
      (f) => (mkdirSync(join(f, 'y')), symlinkSync('y', join(f, 'x')), 'x'),
      'is a symbolic link',
    ],
    [
      'if it is a dangling symbolic link',
      'file',
      (f) => (symlinkSync('/nowhere', join(f, 'x')), 'x'),
      'is a symbolic link',
    ],
    ['if its folder does not exist', 'folder', () => 'no/x', 'does not exist'],
    ['if it is inside a file', 'file', (f) => (writeFileSync(join(f, 'y'), ''), 'y/x'), 'does not exist'],
    ['if it is the archive', 'file', () => 'archive.db', 'is the archive itself'],
    [
      'if it is the log of the archive',
      'file',
      () => 'archive.db-wal',
      'belongs to the archive or contains it',
    ],
    [
      'if it is the lock of the archive',
      'file',
      () => 'archive.db.lock',
      'belongs to the archive or contains it',
    ],
    ['if it is the folder of the archive', 'folder', () => '.', 'belongs to the archive or contains it'],
    ['if it is a folder above the archive', 'folder', () => '..', 'belongs to the archive or contains it'],
    [
      'if it is the archive under another name',
      'file',
      (f) => (symlinkSync('.', join(f, 'l')), 'l/archive.db'),
      'is the archive itself',
    ],
    [
      'if its manifest would overwrite the archive',
      'file',
      (f) => (renameSync(join(f, 'archive.db'), join(f, 'x.manifest.json')), 'x'),
      'belongs to the archive or contains it',
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

  it('on a disk that cannot be written, with the reason', async () => {
    await expect(exportTo(placeIn('/proc/self'), { a: 'a' })).rejects.toMatchObject({
      code: 'file',
      message: expect.stringMatching(/^Cannot write the export: /) as string,
      hint: expect.stringContaining('No incomplete file was left behind') as string,
    })
  })

  it.each<[string, (part: string) => void]>([
    ['a file', (part) => writeFileSync(part, 'mine')],
    ['a symbolic link', (part) => symlinkSync('/tmp', part)],
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
      'a folder whose lock is a symbolic link',
      (part) => (
        mkdirSync(part),
        writeFileSync(`${part}.mine`, ''),
        symlinkSync(`${part}.mine`, join(part, '.lock'))
      ),
    ],
    [
      'a folder whose lock is not empty',
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
  ])('if %s has the name of the staging folder', async (_, make) => {
    const folder = testFolder()
    make(join(folder, 'out.part'))
    const before = readdirSync(folder)
    await expect(exportTo(placeIn(folder), { a: 'a' })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('out.part exists, but the export needs') as string,
    })
    expect(readdirSync(folder)).toEqual(before)
  })
})

describe('After an export was killed', () => {
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

  it('the next export removes what is left', async () => {
    const folder = leftovers({
      'out.part/out/x/half.txt': 'ha',
      'out.part/files': '',
      'out.part/manifest': '{',
    })
    await exportTo(placeIn(folder), { 'a.txt': 'a' })
    expect(contents(folder)).toEqual({ 'out/a.txt': 'a' })
    expect(readdirSync(folder)).toEqual(['out'])
  })

  it('an earlier export that was being replaced is restored', async () => {
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

  it('a manifest is moved beside its file, so that --force recognizes the file as an export', async () => {
    const manifest = JSON.stringify({ ...head, files: [{ path: 'out' }] })
    const folder = leftovers({ out: 'first', 'out.part/manifest': manifest, 'out.part/files': '' })
    await exportTo(placeIn(folder, { shape: 'file', force: true }), { a: 'second' })
    expect(contents(folder)).toEqual({ out: 'second' })
  })
})

describe('Two exports to the same place', () => {
  it('exclude each other: the second fails and changes nothing', async () => {
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

  it('succeed one after the other', async () => {
    const folder = testFolder()
    const first = await stageOutput(placeIn(folder))
    await first.abandon()
    await exportTo(placeIn(folder), { 'a.txt': 'second' })
    expect(contents(folder)).toEqual({ 'out/a.txt': 'second' })
    rmSync(folder, { recursive: true })
  })
})
