import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'

import { onAbort } from '../../src/api/on-abort.ts'

describe('onAbort', () => {
  it('calls everything that still waits when the signal fires, and has one listener for all', () => {
    const stop = new AbortController()
    const called: string[] = []
    onAbort(stop.signal, () => called.push('first'))
    const ignore = onAbort(stop.signal, () => called.push('no longer wanted'))
    onAbort(stop.signal, () => called.push('last'))
    ignore()
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1)
    stop.abort()
    expect(called).toEqual(['first', 'last'])
  })

  it('does nothing without a signal', () => {
    expect(() => onAbort(undefined, expect.unreachable)()).not.toThrow()
  })

  it('lets what ended calls refer to be collected at once, though calls overlap without end', () => {
    const { signal } = new AbortController()
    const collectYoung = exposeGc()
    const before = process.memoryUsage().arrayBuffers
    const call = () => {
      const body = new Uint8Array(1e6)
      return onAbort(signal, () => body.fill(1))
    }
    let ignore = call()
    collectYoung() // twice, so that the first one counts as old
    for (let i = 0; i < 60; i++) {
      collectYoung()
      const next = call()
      ignore()
      ignore = next
    }
    collectYoung()
    expect((process.memoryUsage().arrayBuffers - before) / 1e6).toBeLessThan(8)
  })
})

function exposeGc(): () => void {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as (options: { type: 'minor' }) => void
  return () => gc({ type: 'minor' })
}
