import { isObject } from '../../model/json/parse-json.ts'
import type { Tokens } from './budget.ts'

/**
 * The largest plausible number of tokens: the longest contexts have millions, and a call with tools reads them a few
 * times.
 */
const MOST_TOKENS = 1e9

/**
 * Reads the usage that a target reports. Implausible values (negative, a string, 1e308) count as not reported.
 * Fractions are rounded up, since the archive stores integers.
 */
export function reportedUsage(usage: unknown): Tokens {
  const fields = isObject(usage) ? usage : {}
  const count = (name: string): number => {
    const value = fields[name]
    return typeof value === 'number' && value > 0 && value <= MOST_TOKENS ? Math.ceil(value) : 0
  }
  const tokensIn = count('prompt_tokens') + count('connector_tokens')
  const tokensOut = count('completion_tokens')
  const rest = Math.max(0, count('total_tokens') - tokensIn - tokensOut)
  return tokensOut === 0 ? { tokensIn, tokensOut: rest } : { tokensIn: tokensIn + rest, tokensOut }
}
