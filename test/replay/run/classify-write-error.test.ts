import { describe, expect, it } from 'vitest'

import { UnsentError } from '../../../src/api/transport-errors.ts'
import { HansardError, type ErrorCode } from '../../../src/errors.ts'
import { classifyWriteError, endsRun } from '../../../src/replay/run/classify-write-error.ts'

const error = (code: ErrorCode) => new HansardError(code, code)

describe('A failed write', () => {
  it.each([
    ['refused', ['key-refused', 'payment-required', 'request-refused', 'not-found']],
    ['unsent', ['usage', 'budget', 'rate-limited', 'no-allowance']],
    ['unknown', ['service-failed', 'unexpected-shape', 'not-json', 'too-large', 'interrupted', 'file']],
  ] as const)('is %s for %j', (outcome, codes) => {
    for (const code of codes) {
      for (const operation of ['start', 'append'] as const) {
        expect({ code, outcome: classifyWriteError(error(code), operation) }).toEqual({ code, outcome })
      }
    }
  })

  it('is unsent if no connection was made, and unknown for any other thrown value', () => {
    expect(classifyWriteError(new UnsentError('service-failed', 'no route'), 'start')).toBe('unsent')
    for (const thrown of [new Error('socket hang up'), 'text', undefined]) {
      expect(classifyWriteError(thrown, 'append')).toBe('unknown')
    }
  })

  it('is busy for a conflict of an append only: a new conversation cannot be busy', () => {
    expect(classifyWriteError(error('conflict'), 'append')).toBe('busy')
    expect(classifyWriteError(error('conflict'), 'start')).toBe('unknown')
  })

  it('ends the run if every other request would fail as well', () => {
    const ending: ErrorCode[] = ['usage', 'key-refused', 'payment-required', 'no-allowance', 'rate-limited']
    for (const code of [...ending, 'interrupted', 'file'] as const) expect(endsRun(error(code))).toBe(true)
    for (const code of ['request-refused', 'not-found', 'service-failed'] as const) {
      expect(endsRun(error(code))).toBe(false)
    }
    expect(endsRun(new Error('text'))).toBe(false)
  })
})
