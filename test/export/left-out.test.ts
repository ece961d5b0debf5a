import { describe, expect, it } from 'vitest'

import { emptyArchive } from '../../src/archive/archive.ts'
import type { ExportedConversation, Format } from '../../src/export/format.ts'
import { formats, type FormatName } from '../../src/export/formats.ts'
import { JsonValue } from '../../src/export/json-value.ts'
import { LeftOut, whole } from '../../src/export/left-out.ts'

describe.each(Object.keys(formats) as FormatName[])('A writer of %s', (name) => {
  it.each([
    ['small', 1],
    ['large', 2_000_000],
  ])('that fails on a %s conversation has written nothing of it, and goes on', async (_, size) => {
    const failing = await written(name, [talk('conv_1'), talk('conv_2', size, true), talk('conv_3')])
    expect(failing.leftOut).toEqual(['conv_2: unexpected error: it could not be made'])
    expect(failing.files).toEqual((await written(name, [talk('conv_1'), talk('conv_3')])).files)
  })

  it('ends where the disk is full', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    await expect(written(name, [talk('conv_1')], full)).rejects.toThrow('ENOSPC')
  })
})

describe('What a part can’t be made of', () => {
  const thrownFor = (make: () => unknown) => {
    try {
      return [
        ...whole(
          () => [make()],
          () => 1,
        ),
      ]
    } catch (thrown) {
      return thrown
    }
  }

  it('is said in plain words', () => {
    const recurse = (): unknown => [recurse()]
    expect(thrownFor(recurse)).toEqual(new LeftOut('it is nested too deeply for this format', true))
    expect(thrownFor(() => 'x'.repeat(2 ** 29).repeat(2))).toEqual(
      new LeftOut('it is too large for this format', true),
    )
  })

  it('is no fault of the conversation where the archive can’t be read', () => {
    const thrown = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_READ' })
    expect(
      thrownFor(() => {
        throw thrown
      }),
    ).toBe(thrown)
  })
})

/** A conversation whose second entry can’t be read from the archive for a reason that nobody has foreseen. */
function talk(id: string, size = 1, fails = false): ExportedConversation {
  const json = (value: object) => new JsonValue(JSON.stringify(value))
  return {
    id,
    row: json({ id, name: id }),
    length: 2,
    createdAt: null,
    goneAt: null,
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
      dependencies: emptyArchive().dependencies,
      conversations: () => [],
      notice: () => undefined,
    },
    {},
  )
  await writer.begin()
  for (const conversation of conversations)
    await writer.write(conversation).catch((thrown: unknown) => {
      if (!(thrown instanceof LeftOut)) throw thrown
      expect(thrown.isFault).toBe(true)
      leftOut.push(`${conversation.id}: ${thrown.message}`)
    })
  await writer.end()
  return { files, leftOut }
}
