import { expect } from 'vitest'

import type { Loss } from '../../src/replay/loss.ts'
import { compareCopy } from '../../src/replay/verify/certify.ts'

export const ROW = '{"id":"conv_1","model":"m"}'
export const STAMPED = '{"id":"conv_2","model":"m","metadata":{"hansard_replay":"s"}}'

interface Facts {
  readonly losses?: readonly Loss[]
  readonly generated?: readonly string[]
}

/** Compares a history with the entries of a copy. */
export function compared(
  source: readonly unknown[],
  copy: readonly unknown[],
  { losses = [], generated }: Facts = {},
) {
  const texts = (entries: readonly unknown[]) => entries.map((each) => JSON.stringify(each))
  return compareCopy(
    { mode: 'history', stamp: 's', losses, generated, source: { row: ROW, entries: texts(source) } },
    { row: STAMPED, entries: texts(copy) },
  )
}

/** The first difference, and whether the hashes show it. */
export function different(source: readonly unknown[], copy: readonly unknown[], facts?: Facts) {
  const { verdict, differences, hashes } = compared(source, copy, facts)
  expect(verdict).toBe('different')
  const [first] = differences
  return {
    position: first?.position,
    kind: first?.kind,
    path: first?.path,
    isHashed: hashes.target !== hashes.expected,
  }
}

/** A loss of a whole entry. */
export const lost = (kind: Loss['kind'], position: number, before: unknown, ...after: unknown[]): Loss => ({
  ...{ kind, position, id: null, path: '' },
  before: before === null ? null : JSON.stringify(before),
  after: after.length === 0 ? null : JSON.stringify(after),
})

export const thinking = (parts: unknown) => ({ type: 'thinking', thinking: parts })

export const textChunk = (words: unknown, more: object = {}) => ({ type: 'text', text: words, ...more })
