import { describe, expect, it } from 'vitest'

import { keyScrubber } from '../../src/api/key-scrubber.ts'
import { errorOfResponse } from '../../src/api/response-error.ts'

const KEY = 'k3y/0123456789'
const NONE = {}

function errorOf(status: number, body: unknown, headers: Record<string, string> = NONE) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return errorOfResponse({ name: 'get', status, headers, text }, keyScrubber(KEY))
}

describe('The body of an error response', () => {
  it.each([
    [
      'a list of what is wrong',
      { detail: [{ loc: ['body', 'inputs', 0], msg: 'Field required', type: 'missing' }] },
      'body.inputs.0: Field required',
    ],
    ['a sentence', { detail: 'Not here' }, 'Not here'],
    [
      'an error object',
      { object: 'error', message: 'No such thing', type: 'x', param: null, code: 3000 },
      'No such thing [code 3000]',
    ],
    [
      'an error object with an object as its message',
      { object: 'error', message: { detail: [{ loc: ['query'], msg: 'bad' }] }, code: null },
      'query: bad',
    ],
    [
      'an error object with a code in letters',
      { object: 'error', message: 'No', code: 'x1' },
      'No [code x1]',
    ],
    ['a request id', { message: 'Unknown', request_id: 'r1' }, 'Unknown [request r1]'],
    ['of a shape never seen', { oh: ['dear'] }, '{"oh":["dear"]}'],
    ['a page', '<html><head><title>Bad Gateway</title></head><body>x</body></html>', 'Bad Gateway'],
    ['a page without a title', '<h1>Bad</h1> <p>Gateway', 'Bad Gateway'],
    ['words', 'upstream is away\n', 'upstream is away'],
  ])('is summarized: %s', (_, body, told) => {
    expect(errorOf(500, body).message).toBe(`The service failed (get, 500): ${told}`)
  })

  it('may be missing', () => {
    expect(errorOf(500, '').message).toBe('The service failed (get, 500)')
  })

  it('cannot send control characters to a terminal, nor flood it', () => {
    const { message } = errorOf(400, { detail: `\u001b[31mred\u0007\u202e${'x'.repeat(10_000)}` })
    expect(message).toMatch(/: \[31mred x+…$/)
    expect(message.length).toBeLessThan(600)
  })

  it('never shows the key, even with escapes or cut off', () => {
    const echoes = [
      { detail: `bad key ${KEY}` },
      `{"detail":"bad key ${KEY.replace('/', '\\/')}"}`,
      `<p>${KEY}</p>`,
      { detail: 'x'.repeat(492) + KEY },
    ]
    for (const echo of echoes) expect(errorOf(400, echo).message).not.toContain(KEY.slice(0, 5))
  })

  it('never shows the secret of a connector', () => {
    const body = { oh: { tools: [{ authorization: { value: 'secret' } }] } }
    expect(errorOf(500, body).message).not.toContain('secret')
  })
})

describe('The status of an error response', () => {
  it.each([
    [400, 'request-refused'],
    [401, 'key-refused'],
    [402, 'payment-required'],
    [403, 'request-refused'],
    [404, 'not-found'],
    [408, 'timeout'],
    [409, 'conflict'],
    [422, 'request-refused'],
    [425, 'service-failed'],
    [429, 'rate-limited'],
    [500, 'service-failed'],
    [304, 'redirected'],
  ])('%i means %s, and has a hint', (status, code) => {
    expect(errorOf(status, { detail: 'x' })).toMatchObject({
      code,
      status,
      hint: expect.any(String) as string,
    })
  })

  it.each([401, 403, 404])(
    '%i with an HTML page says nothing about the key or the conversation',
    (status) => {
      const { code, hint } = errorOf(status, '<html>Sign in</html>')
      expect({ code, hint }).toEqual({
        code: 'service-failed',
        hint: expect.stringContaining('proxy') as string,
      })
    },
  )

  it.each(['x-ratelimit-limit-req-minute', 'x-ratelimit-limit-tokens-month'])(
    '429 with a %s of 0 will never be anything else',
    (header) => {
      expect(errorOf(429, {}, { [header]: '0' }).code).toBe('no-allowance')
      expect(errorOf(429, {}, { [header]: '60' }).code).toBe('rate-limited')
    },
  )
})
