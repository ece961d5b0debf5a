import { describe, expect, it } from 'vitest'

import { Budget, type Limits } from '../../../src/replay/run/budget.ts'

const tokens = (tokensIn: number, tokensOut: number) => ({ tokensIn, tokensOut })

function budgetOf(limits: Limits, { price = null as { in: number; out: number } | null, requests = 0 } = {}) {
  return new Budget(limits, price, () => requests)
}

describe('The budget of a run', () => {
  it('admits every write without a limit, and adds up what they count', () => {
    const budget = budgetOf({})
    expect(budget.reserve(tokens(1e9, 1e9))).toBe(true)
    budget.finish(tokens(1e9, 1e9), tokens(10, 5), tokens(8, 5))
    expect(budget.spent).toEqual({ ...tokens(10, 5), reported: tokens(8, 5) })
    expect(budget.cost).toBeNull()
    expect(budget.exhausted).toBeUndefined()
  })

  it('reserves an estimate before the response, and frees what was not used', () => {
    const budget = budgetOf({ maxTokens: 100 })
    expect(budget.reserve(tokens(40, 20))).toBe(true)
    budget.finish(tokens(40, 20), tokens(0, 0))
    expect(budget.reserve(tokens(50, 50))).toBe(true)
    expect(budget.reserve(tokens(1, 0))).toBe(false)
    expect(budget.exhausted).toBe('100 tokens')
  })

  it('admits nothing more once a write was refused, however small', () => {
    const budget = budgetOf({ maxTokens: 10 })
    expect(budget.reserve(tokens(11, 0))).toBe(false)
    expect(budget.reserve(tokens(0, 0))).toBe(false)
  })

  it('compares cost with the price of a million tokens', () => {
    const budget = budgetOf({ maxCost: 3 }, { price: { in: 1, out: 2 } })
    expect(budget.reserve(tokens(1e6, 1e6))).toBe(true)
    expect(budget.reserve(tokens(1, 0))).toBe(false)
    expect(budget.exhausted).toBe('a cost of 3')
    budget.finish(tokens(1e6, 1e6), tokens(1e6, 0))
    expect(budget.cost).toBe(1)
  })

  it('counts all requests of the run, and those of a run that was killed', () => {
    expect(budgetOf({ maxRequests: 5 }, { requests: 4 }).reserve(tokens(1, 1))).toBe(true)
    expect(budgetOf({ maxRequests: 5 }, { requests: 5 }).reserve(tokens(1, 1))).toBe(false)
    const budget = budgetOf({ maxRequests: 5 }, { requests: 2 })
    budget.carried = { ...tokens(7, 0), requests: 3 }
    expect(budget.reserve(tokens(1, 1))).toBe(false)
    expect(budget.exhausted).toBe('5 requests')
    expect(budget.spent).toMatchObject(tokens(0, 0))
  })
})
