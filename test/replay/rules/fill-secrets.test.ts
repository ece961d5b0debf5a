import { describe, expect, it } from 'vitest'

import { fillSecrets, holdsRedaction, refuseMissingSecrets } from '../../../src/replay/plan/fill-secrets.ts'
import type { PlannedConversation } from '../../../src/replay/plan/plan.ts'

const secrets: Record<string, string> = { TOKEN: 'top "secret"', EMPTY: '' }
const secretOf = (variable: string) => secrets[variable]
const withValue = (value: unknown) =>
  JSON.stringify({
    tools: [{ type: 'web_search' }, { authorization: { type: 'api-key', value } }],
    inputs: [],
  })

describe('The secret of a connector', () => {
  it('is put into a body for the name of its variable, and nowhere else', () => {
    expect(fillSecrets(withValue({ environment: 'TOKEN' }), secretOf)).toBe(withValue('top "secret"'))
    const name = '{"environment":"TOKEN"}'
    for (const body of [withValue('x'), withValue({}), `{"metadata":{"value":${name}},"inputs":[${name}]}`])
      expect(fillSecrets(body, secretOf)).toBe(body)
  })

  it.each(['GONE', 'EMPTY'])('is required: the variable %s is named if it is not set', (environment) => {
    expect(() => fillSecrets(withValue({ environment }), secretOf)).toThrow(environment)
  })

  it('is required before a run for all conversations that it would send', () => {
    const planned = {
      id: 'conv_1',
      state: 'ready',
      secrets: ['TOKEN', 'GONE'],
    } as unknown as PlannedConversation
    const check = (facts: Partial<PlannedConversation>) => () =>
      refuseMissingSecrets({ ...planned, ...facts }, secretOf)
    expect(check({})).toThrow(/GONE.*conv_1/)
    expect(check({ secrets: ['TOKEN'] })).not.toThrow()
    expect(check({ state: 'blocked' })).not.toThrow()
  })

  it('is recognized by the markers that replaced it', () => {
    expect(holdsRedaction(withValue('[redacted by hansard]'))).toBe(true)
    expect(holdsRedaction('{"inputs":"the key is [the API key]"}')).toBe(true)
    expect(holdsRedaction(withValue({ environment: 'TOKEN' }))).toBe(false)
  })
})
