import { HansardError } from '../errors.ts'
import { chatFormat } from './chat/chat-format.ts'
import type { Format, FormatOption } from './format.ts'
import { htmlFormat } from './html/html-format.ts'
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
  html: htmlFormat,
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

/**
 * Checks the options that a caller passes for a format, by the same rules as the command line.
 *
 * @throws HansardError `usage` for an unknown format or option, or a value that the option does not allow
 */
export function checkFormatOptions(
  name: FormatName,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (!Object.hasOwn(formats, name)) throw unknownFormat(name)
  const { options }: Format = formats[name]
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      const option = options.find((one) => one.name === key)
      if (option !== undefined) return [key, checkValue(option, value)]
      throw new HansardError('usage', `The format ${name} has no option ${JSON.stringify(key)}`, {
        hint: `Its options: ${options.map((one) => one.name).join(', ') || 'none'}.`,
      })
    }),
  )
}

function checkValue({ name, choices, parse }: FormatOption, value: unknown): unknown {
  if (value === undefined) return undefined
  const wrong = choices && [value].flat().find((one) => !choices.includes(String(one)))
  if (wrong !== undefined) {
    throw new HansardError('usage', `${JSON.stringify(wrong)} is not a value of the option ${name}`, {
      hint: `Values: ${choices?.join(', ')}.`,
    })
  }
  return parse === undefined ? value : parse(String(value))
}
