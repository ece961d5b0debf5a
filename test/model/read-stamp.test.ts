import { describe, expect, it } from 'vitest'

import { isOtherRevision, readStamp, sourceOfStamp } from '../../src/model/read-stamp.ts'

const stamp = 'v1.4f5a.9b3c.history.'

describe('The stamp of a row at the target', () => {
  it('is read from the metadata, or from the end of the description', () => {
    expect(readStamp({ metadata: { hansard_replay: stamp } })).toEqual({ stamp })
    expect(readStamp({ metadata: null, description: `Rivers [hansard_replay ${stamp}]` })).toEqual({ stamp })
    expect(readStamp({ description: `[hansard_replay ${stamp}]` })).toEqual({ stamp })
  })

  it('is not read from inside a description, or where its form is another', () => {
    for (const description of [
      `[hansard_replay ${stamp}] and more`,
      '[hansard_replay v2.x]',
      `[other ${stamp}]`,
      stamp,
    ]) {
      expect(readStamp({ description })).toBe('hidden')
    }
  })

  it('is known to be missing where other metadata is visible', () => {
    expect(readStamp({ metadata: { topic: 'rivers' } })).toBe('others')
    expect(readStamp({ metadata: { hansard_replay: 7 } })).toBe('others')
  })

  it('may be hidden where no metadata is visible', () => {
    for (const row of [
      {},
      { metadata: null },
      { metadata: {} },
      { metadata: 'text' },
      { description: 7 },
      null,
      undefined,
    ]) {
      expect(readStamp(row)).toBe('hidden')
    }
  })
})

describe('Two stamps', () => {
  it('share the part that names the conversation', () => {
    expect(sourceOfStamp(stamp)).toBe('v1.4f5a')
  })

  it('are of other revisions if nothing but the revision differs', () => {
    expect(isOtherRevision(stamp, 'v1.4f5a.0000.history.')).toBe(true)
    expect(isOtherRevision(stamp, stamp)).toBe(false)
    for (const other of [
      'v2.4f5a.0000.history.',
      'v1.ffff.0000.history.',
      'v1.4f5a.0000.turns.',
      'v1.4f5a.0000.history.b',
    ]) {
      expect(isOtherRevision(stamp, other)).toBe(false)
    }
  })
})
