import type { Format } from './format.ts'
import { jsonl } from './jsonl.ts'

/** Every format, by the name that the command line knows it by. */
export const formats = {
  jsonl,
} as const satisfies Readonly<Record<string, Format<never>>>

export type FormatName = keyof typeof formats
