import { chat } from './chat.ts'
import { csv } from './csv.ts'
import type { Format } from './format.ts'
import { jsonl } from './jsonl.ts'
import { markdown } from './markdown.ts'
import { parquet } from './parquet.ts'

/** Every format, by the name that the command line knows it by. */
export const formats = {
  jsonl,
  csv,
  parquet,
  markdown,
  chat,
} as const satisfies Readonly<Record<string, Format<never>>>

export type FormatName = keyof typeof formats
