import { isContainer } from '../../model/json/parse-json.ts'
import type { CallTokens, Estimate, ReplayOptions } from './plan.ts'

/** Tokens of an entry beside its text. */
const OVERHEAD = 4

/** Tokens of an image, or of a document behind a link: a guess, since neither is read here. */
const PICTURE = 1_000

/**
 * Estimates the tokens of a JSON text: one per four ASCII characters and one per two others in its strings. Keys are
 * not counted. A loop, not a recursion: the sender chooses the depth.
 */
export function tokensOf(json: string): number {
  let tokens = OVERHEAD
  const values: unknown[] = [JSON.parse(json)]
  while (values.length > 0) {
    const value = values.pop()
    if (typeof value === 'string') tokens += Math.ceil(textTokens(value))
    else if (typeof value === 'number' || typeof value === 'boolean') tokens += 1
    else if (isContainer(value)) {
      for (const [key, inner] of Object.entries(value)) if (key !== 'type') values.push(inner)
    }
  }
  return tokens
}

/** Estimates the tokens of a text as a fraction, so that the parts of a text add up to the whole. */
export function textTokens(text: string): number {
  if (text.startsWith('data:')) return PICTURE
  let others = 0
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) others++
  return (text.length - others) / 4 + others / 2
}

export function estimateOf(calls: readonly CallTokens[], price: ReplayOptions['price']): Estimate {
  const tokensIn = calls.reduce((sum, call) => sum + call.tokensIn, 0)
  const tokensOut = calls.reduce((sum, call) => sum + call.tokensOut, 0)
  const cost = price === null ? null : (tokensIn * price.in + tokensOut * price.out) / 1e6
  return { calls: calls.length, tokensIn, tokensOut, cost }
}

export function addEstimates(one: Estimate, other: Estimate): Estimate {
  return {
    calls: one.calls + other.calls,
    tokensIn: one.tokensIn + other.tokensIn,
    tokensOut: one.tokensOut + other.tokensOut,
    cost: one.cost === null || other.cost === null ? null : one.cost + other.cost,
  }
}
