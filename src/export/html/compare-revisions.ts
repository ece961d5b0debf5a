import type { ExportedConversation } from '../format.ts'

/** How a revision differs from the one before. Positions count from 0. */
export interface RevisionChange {
  /** Members of the conversation object, as JSON; undefined where there was none. */
  readonly members: readonly (readonly [key: string, before: string | undefined, after: string | undefined])[]
  /** Positions of entries that are different from those before. */
  readonly changed: readonly number[]
  /** Positions of entries after the end of the revision before. */
  readonly added: readonly number[]
  /** Positions in the revision before of entries after the end of this one. */
  readonly removed: readonly number[]
}

type Compared = Pick<ExportedConversation, 'row' | 'entryKeys'>

/** Compares two revisions of a conversation. */
export function compareRevisions(before: Compared, after: Compared): RevisionChange {
  const [earlier, later] = [before.entryKeys(), after.entryKeys()]
  const both = Math.min(earlier.length, later.length)
  return {
    members: changedMembers(before, after),
    changed: positions(0, both).filter((i) => earlier[i] !== later[i]),
    added: positions(both, later.length),
    removed: positions(both, earlier.length),
  }
}

function changedMembers({ row: before }: Compared, { row: after }: Compared): RevisionChange['members'] {
  const keys = new Set([...before.fields.keys(), ...after.fields.keys()])
  return [...keys]
    .map((key) => [key, before.fields.get(key), after.fields.get(key)] as const)
    .filter(([, earlier, later]) => earlier !== later)
}

function positions(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)
}
