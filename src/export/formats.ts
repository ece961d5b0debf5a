import { csv } from './csv.ts'
import type { Format } from './format.ts'
import { jsonl } from './jsonl.ts'
import { parquet } from './parquet.ts'
import { chat } from './chat.ts'

/** Every format, by the name that the command line knows it by. */
export const formats = {
  jsonl,
  csv,
  parquet,
  chat,
} as const satisfies Readonly<Record<string, Format<never>>>

export type FormatName = keyof typeof formats
