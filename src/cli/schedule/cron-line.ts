import { shellQuote } from '../shell-quote.ts'
import type { DailyCommand } from './daily-command.ts'

/** Returns a line for `crontab -e`. In it, a percent sign would end the command. */
export function cronLine({ words, hour, minute }: DailyCommand): string {
  const command = words
    .map(shellQuote)
    .join(' ')
    .replaceAll('%', String.raw`\%`)
  return `${minute} ${hour} * * *  ${command}\n`
}
