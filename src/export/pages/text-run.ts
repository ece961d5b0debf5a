import type { ChunkView } from '../../model/entries/chunk-view.ts'

/** A chunk that is part of a text, which can be split into chunks at any place. */
export type RunChunk = Extract<ChunkView, { readonly kind: 'text' | 'source' | 'reference' }>

/** A chunk that is cited in a text. */
export type CitedChunk = Exclude<RunChunk, { readonly kind: 'text' }>

/** A run as one text, with a mark for each citation, in order. */
export interface TextRun<Cited> {
  readonly text: string
  readonly cited: readonly Cited[]
}

/** A chunk that stands by itself. */
export type LoneChunk = Exclude<ChunkView, RunChunk>

/** A part of a message. */
export type ContentPart =
  /** Text with what it cites. */
  | { readonly kind: 'run'; readonly chunks: readonly RunChunk[] }
  | { readonly kind: 'chunk'; readonly chunk: LoneChunk }
  /** The members of the chunk before that its kind has no field for, as JSON. */
  | { readonly kind: 'rest'; readonly json: string }

/** Divides the content of a message into the parts that a page shows one after the other. */
export function* splitContent(chunks: readonly ChunkView[]): Generator<ContentPart> {
  let run: RunChunk[] = []
  for (const chunk of chunks) {
    const isInRun = isRunChunk(chunk)
    if (isInRun) run.push(chunk)
    if (isInRun && chunk.rest === undefined) continue
    if (run.length > 0) yield { kind: 'run', chunks: run }
    run = []
    if (!isInRun) yield { kind: 'chunk', chunk }
    if (chunk.rest !== undefined) yield { kind: 'rest', json: chunk.rest }
  }
  if (run.length > 0) yield { kind: 'run', chunks: run }
}

/** Joins a run to one text. `sanitize` must leave no mark in it, and `cite` returns what stands for a citation. */
export function joinRun<Cited>(
  chunks: readonly RunChunk[],
  mark: string,
  sanitize: (text: string) => string,
  cite: (chunk: CitedChunk) => Cited,
): TextRun<Cited> {
  const cited: Cited[] = []
  let text = ''
  for (const chunk of chunks) {
    if (chunk.kind === 'text') text += sanitize(chunk.text)
    else {
      text += mark
      cited.push(cite(chunk))
    }
  }
  return { text, cited }
}

function isRunChunk(chunk: ChunkView): chunk is RunChunk {
  return chunk.kind === 'text' || chunk.kind === 'source' || chunk.kind === 'reference'
}
