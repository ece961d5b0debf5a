import type { CallTokens, Estimate, ReplayOptions } from './plan.ts'

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
