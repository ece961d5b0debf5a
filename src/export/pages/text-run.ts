import type { ChunkView } from '../../model/entries/chunk-view.ts'

/** A chunk that is part of a text, which can be split into chunks at any place. */
export type RunChunk = Extract<ChunkView, { readonly kind: 'text' | 'source' | 'reference' }>

/** Whether a chunk belongs to the text around it. */
export function isRunChunk(chunk: ChunkView): chunk is RunChunk {
  return chunk.kind === 'text' || chunk.kind === 'source' || chunk.kind === 'reference'
}
