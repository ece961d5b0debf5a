import { setImmediate } from 'node:timers/promises'

import type { Archive } from '../../archive/archive.ts'
import type { Selection } from '../../archive/content/selection.ts'
import type { Volume } from '../../archive/content/volumes.ts'
import { HansardError } from '../../errors.ts'
import { monthOf } from '../../model/instant.ts'

/** How much there is of something. */
export interface Count {
  readonly conversations: number
  readonly entries: number
  /** About four characters a token: the API keeps no usage. */
  readonly estimatedTokens: number
}

/** The part of the conversations that has one value: a month, a model, an agent or a tool; null for those without. */
export interface Group extends Count {
  readonly value: string | null
  /** Of an agent, if its definition is in the archive. */
  readonly name?: string | null
}

/** What the conversations are counted by. Of a tool, the entries are its calls. */
export const dimensions = ['month', 'model', 'agent', 'tool'] as const

export type Dimension = (typeof dimensions)[number]

/** The volume of a selection. Months are in order; the other groups begin with the one that has most entries. */
export interface Stats extends Count {
  readonly groups: Readonly<Record<Dimension, readonly Group[]>>
  /** Entries that could not be read, and have no tokens. */
  readonly unreadable: number
}

export interface CountOptions {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((soFar: Count) => void) | undefined
}

/** Conversations that are counted before signals are handled. */
const TOGETHER = 100

/**
 * Counts conversations, entries and tokens in one snapshot of the archive. Month, model and agent are those of the
 * conversation, as in a selection. Memory grows with the number of different values only.
 *
 * @throws HansardError `usage` if the selection is not valid; `interrupted` once `signal` was aborted
 */
export async function countStats(
  archive: Archive,
  selection: Selection,
  { signal, onProgress }: CountOptions = {},
): Promise<Stats> {
  const counter = new StatsCounter()
  await archive.snapshot(() => countVolumes(archive, selection, counter, { signal, onProgress }))
  return counter.stats(archive)
}

/** Gives the volume of each selected conversation to a counter, and lets other work of the process run in between. */
export async function countVolumes(
  archive: Archive,
  selection: Selection,
  counter: { readonly total: Count; add(volume: Volume): void },
  { signal, onProgress }: CountOptions,
): Promise<void> {
  for (const volume of archive.volumes.read(selection)) {
    counter.add(volume)
    if (counter.total.conversations % TOGETHER !== 0) continue
    onProgress?.(counter.total)
    await setImmediate()
    if (signal?.aborted === true) throw new HansardError('interrupted', 'The count was interrupted')
  }
}

/** Counts volumes by every dimension. */
export class StatsCounter {
  readonly total = emptyCount()
  readonly #counts = { month: new Counts(), model: new Counts(), agent: new Counts(), tool: new Counts() }
  #unreadable = 0

  add(volume: Volume): void {
    const { month, model, agent, tool } = this.#counts
    add(this.total, volume)
    this.#unreadable += volume.unreadable
    month.add(volume.createdAt === null ? null : monthOf(volume.createdAt), volume)
    model.add(volume.model, volume)
    agent.add(volume.agentId, volume)
    for (const [name, ofTool] of volume.tools) tool.add(name, ofTool)
  }

  stats({ dependencies }: Archive): Stats {
    const { month, model, agent, tool } = this.#counts
    const named = agent
      .largestFirst()
      .map((group) => ({ ...group, name: dependencies.agentName(group.value ?? '') }))
    const groups = {
      month: month.inOrder(),
      model: model.largestFirst(),
      agent: named,
      tool: tool.largestFirst(),
    }
    return { ...this.total, groups, unreadable: this.#unreadable }
  }
}

type RunningCount = { -readonly [Key in keyof Count]: Count[Key] }

function emptyCount(): RunningCount {
  return { conversations: 0, entries: 0, estimatedTokens: 0 }
}

function add(count: RunningCount, { entries, tokens }: Pick<Volume, 'entries' | 'tokens'>): void {
  count.conversations++
  count.entries += entries
  count.estimatedTokens += tokens
}

/** Counts by one dimension. */
export class Counts {
  readonly #counts = new Map<string | null, RunningCount>()

  add(value: string | null, volume: Pick<Volume, 'entries' | 'tokens'>): void {
    let count = this.#counts.get(value)
    if (count === undefined) this.#counts.set(value, (count = emptyCount()))
    add(count, volume)
  }

  /** The groups by their value; the one without a value comes last. */
  inOrder(): Group[] {
    const groups = [...this.#counts].map(([value, count]) => ({ value, ...count }))
    return groups.sort((left, right) => compare(left.value ?? LAST, right.value ?? LAST))
  }

  largestFirst(): Group[] {
    return this.inOrder().sort((left, right) => right.entries - left.entries)
  }
}

/** Sorts after all text. */
const LAST = '\u{10ffff}'

/** Compares code units, so that the order is the same in every locale. */
function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
