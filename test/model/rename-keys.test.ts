import fc from 'fast-check'
import { expect, it } from 'vitest'

import { toCamelCase, toSnakeCase } from '../../src/model/json/rename-keys.ts'

it('renames keys at every level, in arrays too', () => {
  const value = { goneAt: null, lastRuns: [{ startedAt: 1, complete: true }], byId: { baseUrl: 'x' } }
  expect(toSnakeCase(value)).toEqual({
    gone_at: null,
    last_runs: [{ started_at: 1, complete: true }],
    by_id: { base_url: 'x' },
  })
})

it('keeps keys that are data: those of a Map, and of objects under a name in the list', () => {
  const counts = new Map([['myModel', { tokensIn: 1 }]])
  expect(toSnakeCase({ byModel: counts })).toEqual({ by_model: { myModel: { tokens_in: 1 } } })
  const mapped = { connectorAuth: { connA: 'SECRET_VARIABLE', __proto__x: 1 } }
  const written = toSnakeCase(mapped, ['connectorAuth'])
  expect(written).toEqual({ connector_auth: { connA: 'SECRET_VARIABLE', __proto__x: 1 } })
  expect(toCamelCase(written, ['connectorAuth'])).toEqual(mapped)
})

it('writes every value so that it can be read back', () => {
  const key = fc.stringMatching(/^[a-z]+([A-Z][a-z]+)*$/)
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constant(null),
      fc.boolean(),
      fc.string(),
      tie('array'),
      tie('object'),
    ),
    array: fc.array(tie('value')),
    object: fc.dictionary(fc.oneof(key, fc.constant('models')), tie('value')),
  }))
  fc.assert(
    fc.property(value, fc.dictionary(fc.string(), fc.string()), (inner, models) => {
      const whole = { inner, dataKeyed: models }
      const written = JSON.stringify(toSnakeCase(whole, ['dataKeyed']))
      expect(toCamelCase(JSON.parse(written), ['dataKeyed'])).toEqual(JSON.parse(JSON.stringify(whole)))
    }),
  )
})
