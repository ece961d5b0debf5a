import { HansardError } from '../errors.ts'
import type { Format, FormatOption } from './format.ts'
import { formats, unknownFormat, type FormatName } from './formats.ts'

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
  const { options } = formats[name] as Format
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
