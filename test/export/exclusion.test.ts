import { describe, expect, it } from 'vitest'

import { emptyArchive } from '../../src/archive/archive.ts'
import { ExcludedError, allOrNothing } from '../../src/export/exclusion.ts'
import type { ExportedConversation, Format } from '../../src/export/format.ts'
import { formats, type FormatName } from '../../src/export/formats.ts'
import { JsonValue } from '../../src/export/json-value.ts'

describe.each(Object.keys(formats) as FormatName[])('A writer of %s', (name) => {
  it.each([
    ['small', 1],
    ['large', 2_000_000],
  ])('writes nothing of a %s conversation that it fails on, and goes on', async (_, size) => {
    const failing = await written(name, [talk('conv_1'), talk('conv_2', size, true), talk('conv_3')])
    expect(failing.leftOut).toEqual(['conv_2: unexpected error: it could not be made'])
    expect(failing.files).toEqual((await written(name, [talk('conv_1'), talk('conv_3')])).files)
  })

  it('stops when the disk is full', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    await expect(written(name, [talk('conv_1')], full)).rejects.toThrow('ENOSPC')
  })
})

describe('An error while the parts of a conversation are made', () => {
  const thrownFor = (make: () => unknown) => {
    try {
      return [
        ...allOrNothing(
          () => [make()],
          () => 1,
        ),
      ]
    } catch (thrown) {
      return thrown
    }
  }

  it('excludes the conversation with a reason in plain words', () => {
    const recurse = (): unknown => [recurse()]
    expect(thrownFor(recurse)).toEqual(new ExcludedError('too-deep', 'nested too deeply for this format'))
    expect(thrownFor(() => 'x'.repeat(2 ** 29).repeat(2))).toEqual(
      new ExcludedError('too-large', 'too large for this format'),
    )
  })

  it('stops the export if the archive cannot be read', () => {
    const thrown = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_READ' })
    expect(
      thrownFor(() => {
        throw thrown
      }),
    ).toBe(thrown)
  })
})

/** A conversation whose second entry, if `fails`, throws an unexpected error when it is read. */
function talk(id: string, size = 1, fails = false): ExportedConversation {
  const json = (value: object) => new JsonValue(JSON.stringify(value))
  return {
    id,
    row: json({ id, name: id }),
    length: 2,
    createdAt: null,
    goneAt: null,
    sizes: () => [size, 1],
    entryKeys: () => [1, 2],
    fetchedAt: '2026-11-22T00:00:00.000Z',
    *entries() {
      yield json({ type: 'message.input', role: 'user', content: `${id}${'x'.repeat(size)}` })
      if (fails) throw new Error('it could not be made')
      yield json({ type: 'message.output', role: 'assistant', content: id })
    },
  }
}

async function written(name: FormatName, conversations: readonly ExportedConversation[], failure?: Error) {
  const files: Record<string, string> = {}
  const leftOut: string[] = []
  const writer = await (formats[name] as Format).open(
    {
      files: {
        create: async (path) => ({
          write: async (part) => {
            if (failure !== undefined) throw failure
            files[path] = (files[path] ?? '') + String(part instanceof JsonValue ? part.text : part)
          },
          close: async () => undefined,
        }),
      },
      shape: 'folder',
      archive: emptyArchive(),
      selection: {},
      conversations: () => [],
      notice: () => undefined,
    },
    {},
  )
  for (const conversation of conversations)
    await writer.write(conversation).catch((thrown: unknown) => {
      if (!(thrown instanceof ExcludedError)) throw thrown
      expect(thrown.isFault).toBe(true)
      leftOut.push(`${conversation.id}: ${thrown.message}`)
    })
  await writer.end()
  return { files, leftOut }
}
