import { chatFormat } from './chat/chat-format.ts'
import type { Format } from './format.ts'
import { jsonlFormat } from './jsonl-format.ts'
import { markdownFormat } from './markdown/markdown-format.ts'
import { csvFormat } from './tables/csv-format.ts'
import { parquetFormat } from './tables/parquet-format.ts'

/** Every format, by the name that the command line knows it by. */
export const formats = {
  jsonl: jsonlFormat,
  csv: csvFormat,
  parquet: parquetFormat,
  markdown: markdownFormat,
  chat: chatFormat,
} as const satisfies Readonly<Record<string, Format<never>>>

export type FormatName = keyof typeof formats
