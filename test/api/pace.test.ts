import { expect, it } from 'vitest'

import { systemClock } from '../../src/api/clock.ts'
import { clientOf, json, serve } from '../support/client-server.ts'

it('All callers together keep to the requests per second', async () => {
  const times: number[] = []
  const { url } = await serve((_request, response) => {
    times.push(performance.now())
    json(response, {})
  })
  const client = clientOf(url, { requestsPerSecond: 50, clock: systemClock })
  const began = performance.now()
  await Promise.all(Array.from({ length: 11 }, () => client.get('c1')))
  // From before the first was sent: on a busy machine its arrival says little about when that was.
  expect(Math.max(...times) - began).toBeGreaterThan(199)
})

it.each([0, -1, Number.NaN])('%d requests per second are a mistake of the caller', (requestsPerSecond) => {
  expect(() => clientOf('http://x', { requestsPerSecond })).toThrow(
    expect.objectContaining({ code: 'usage' }),
  )
})

it('Eight callers get through a service that takes twenty requests a second and no more', async () => {
  let allowed = 20
  const refill = setInterval(() => (allowed = Math.min(20, allowed + 1)), 50)
  const { url } = await serve((_request, response) => {
    if (allowed > 0) json(response, {}, 200)
    else json(response, {}, 429)
    allowed = Math.max(0, allowed - 1)
  })
  const client = clientOf(url, { clock: systemClock })
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let i = 0; i < 5; i++) await client.get('c1')
    }),
  )
  clearInterval(refill)
})
