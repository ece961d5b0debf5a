import { hash } from 'node:crypto'

import type { OutputFiles, OutputFile } from '../format.ts'

/** The files that lines are written to: one, or two for training and validation. */
export interface LineFiles {
  fileFor(id: string): OutputFile
  readonly files: readonly OutputFile[]
}

/**
 * Creates the files. The file of a conversation depends only on its id and the seed, so it stays the same when the
 * archive grows or another selection is exported.
 *
 * @param split the share of conversations in the training file; undefined for a single file
 */
export async function createLineFiles(
  create: OutputFiles['create'],
  split: number | undefined,
  seed: number,
): Promise<LineFiles> {
  const train = await create('train.jsonl')
  if (split === undefined) return { fileFor: () => train, files: [train] }
  const validation = await create('validation.jsonl')
  return { fileFor: (id) => (shareOf(id, seed) < split ? train : validation), files: [train, validation] }
}

/** Returns a number from 0 to 1 for an id. */
function shareOf(id: string, seed: number): number {
  return hash('sha256', `${seed}:${id}`, 'buffer').readUIntBE(0, 6) / 2 ** 48
}
