import { chat } from './chat/chat-format.ts'
import type { Format } from './format.ts'
import { jsonl } from './jsonl-format.ts'
import { markdown } from './markdown/markdown-format.ts'
import { csv } from './tables/csv-format.ts'
import { parquet } from './tables/parquet-format.ts'

/** Every format, by the name that the command line knows it by. */
export const formats = {
  jsonl,
  csv,
  parquet,
  markdown,
  chat,
} as const satisfies Readonly<Record<string, Format<never>>>

export type FormatName = keyof typeof formats
