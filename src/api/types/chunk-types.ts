import type { OpenString, OtherObject } from './open-types.ts'

/** What a message says: a string, or chunks, among which bare strings have been reported; null has been reported, too. */
export type Content = string | readonly (Chunk | string)[] | null

/** A part of a message, told apart by `type`. A chunk of a new type is an `OtherObject`. */
export type Chunk =
  | TextChunk
  | ImageChunk
  | DocumentChunk
  | ToolFileChunk
  | ThinkingChunk
  | ToolReferenceChunk
  | ReferenceChunk
  | OtherObject

/** Text; a chunk without a type is one. */
export interface TextChunk {
  readonly type?: 'text'
  readonly text: string
}

/** An image: an https link, or a data: URI of up to many megabytes. */
export interface ImageChunk {
  readonly type: 'image_url'
  readonly image_url:
    string | { readonly url: string; readonly detail?: OpenString<'low' | 'auto' | 'high'> | null }
}

/** A document behind a link. */
export interface DocumentChunk {
  readonly type: 'document_url'
  readonly document_url: string
  readonly document_name?: string | null
}

/** A file that a tool made; `getFile` and `getFileContent` read it by its `file_id`. */
export interface ToolFileChunk {
  readonly type: 'tool_file'
  readonly tool: string
  readonly file_id: string
  /** With or without its extension: both were captured. */
  readonly file_name?: string | null
  /** An extension such as `png`. */
  readonly file_type?: string | null
}

/** What the model thought before it answered. */
export interface ThinkingChunk {
  readonly type: 'thinking'
  readonly thinking: readonly (Chunk | string)[]
  readonly signature?: string | null
  /** False where the thinking was cut off. Default: true. */
  readonly closed?: boolean | null
}

/** A source that a built-in tool found. */
export interface ToolReferenceChunk {
  readonly type: 'tool_reference'
  readonly tool: string
  readonly title: string
  readonly url?: string | null
  readonly favicon?: string | null
  readonly description?: string | null
  /** Captured, not specified: the search engine, such as `brave`. */
  readonly source?: string | null
}

/** Cites sources by their numbers. */
export interface ReferenceChunk {
  readonly type: 'reference'
  readonly reference_ids: readonly (number | string)[]
}
