import { hash } from 'node:crypto'

import type { OutputFiles, OutputFile } from '../format.ts'

/** Where the lines of conversations go: into one file, or each to its side of a split. */
export interface TrainSplit {
  of(id: string): OutputFile
  readonly files: readonly OutputFile[]
}

/**
 * Begins the files. Which side a conversation is on depends on its id and the seed alone, so that it stays there when
 * the archive grows and whatever else is selected.
 *
 * @param split the share of conversations to train with; undefined for all of them
 */
export async function beginTrainSplit(
  create: OutputFiles['create'],
  split: number | undefined,
  seed: number,
): Promise<TrainSplit> {
  const train = await create('train.jsonl')
  if (split === undefined) return { of: () => train, files: [train] }
  const validation = await create('validation.jsonl')
  return { of: (id) => (shareOf(id, seed) < split ? train : validation), files: [train, validation] }
}

/** A number from 0 to 1. */
function shareOf(id: string, seed: number): number {
  return hash('sha256', `${seed}:${id}`, 'buffer').readUIntBE(0, 6) / 2 ** 48
}
