import { expect } from 'vitest'

import { screenOf, type Screen } from './pseudo-terminal.ts'

/** The widths at which screens are recorded: a narrow split, the classic one, and a wide window. */
export const recordedWidths = [50, 80, 140] as const

/** What differs between two test runs, and what is recorded in its place. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/127\.0\.0\.1:\d{5}/g, '127.0.0.1:55555'],
  [/\b\d+\.\d s\b/g, '0.0 s'],
]

/**
 * Runs a command at each width, and compares its screens with `test/cli/screens/NAME.txt`. Run the test with `-u` to
 * record them again, and read the difference before you commit it.
 */
export async function recordCommand(
  name: string,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<void> {
  const screens = recordedWidths.map(async (columns) => {
    const screen = await screenOf(args, { env: {}, ...options, columns })
    return describeScreen(`hansard ${args.join(' ')}`, columns, screen)
  })
  await expectRecorded(name, await Promise.all(screens))
}

/** Compares screens with those recorded in `test/cli/screens/NAME.txt`. */
export async function expectRecorded(name: string, screens: readonly string[]): Promise<void> {
  await expect.soft(screens.join('\n')).toMatchFileSnapshot(`../cli/screens/${name}.txt`)
}

/** Formats a screen for a recording: a heading, and the lines under a rule that is as wide as the terminal. */
export function describeScreen(
  command: string,
  columns: number,
  { lines, broken, exit }: Pick<Screen, 'lines' | 'broken'> & { readonly exit?: number },
): string {
  const facts = [`${columns} columns`, ...(exit === undefined ? [] : [`exit code ${exit}`])]
  if (broken > 0) facts.push(`${broken} lines broken by the terminal`)
  const text = MASKS.reduce((text, [pattern, mask]) => text.replaceAll(pattern, mask), lines.join('\n'))
  return `# ${command} (${facts.join(', ')})\n${'─'.repeat(columns)}\n${text}\n`
}
