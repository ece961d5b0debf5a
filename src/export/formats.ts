import { HansardError } from '../errors.ts'
import { chatFormat } from './chat/chat-format.ts'
import type { Format } from './format.ts'
import { jsonlFormat } from './jsonl-format.ts'
import { markdownFormat } from './markdown/markdown-format.ts'
import { csvFormat } from './tables/csv-format.ts'
import { parquetFormat } from './tables/parquet-format.ts'

/** Every format, by its name on the command line. */
export const formats = {
  jsonl: jsonlFormat,
  csv: csvFormat,
  parquet: parquetFormat,
  markdown: markdownFormat,
  chat: chatFormat,
} as const satisfies Readonly<Record<string, Format<never>>>

export type FormatName = keyof typeof formats

/** The options of a format. */
export type FormatOptions<Name extends FormatName> = Name extends FormatName
  ? (typeof formats)[Name] extends Format<infer Options>
    ? Options
    : never
  : never

/** The error for a name that is not a format. */
export function unknownFormat(name: string): HansardError {
  return new HansardError('usage', `Unknown format ${JSON.stringify(name)}`, {
    hint: `Formats: ${Object.keys(formats).join(', ')}.`,
  })
}
