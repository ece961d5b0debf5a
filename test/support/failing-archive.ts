import { openArchive, type Archive } from '../../src/archive/archive.ts'
import type { Failure } from '../../src/archive/journal/failures.ts'
import { beginRun } from './archives.ts'
import { change } from './damaged-archives.ts'

const steps = ['row', 'get', 'history', 'messages', 'store', 'references', 'shapes'] as const

const messages = {
  'service-failed': (i: number) => `The service failed (getHistory, 503): upstream req_${i} timed out`,
  timeout: (i: number) => `No response within ${i % 60} s`,
  'request-refused': (i: number) => `The API refused the request (getHistory, 422): conv_${i} is locked`,
  'too-large': (i: number) => `The body is larger than ${i} MiB`,
  'not-json': (i: number) => `Unexpected token at position ${i}`,
  'unexpected-shape': (i: number) => `it has no list of entries: "\u001b[31m${i}\u202e"`,
  unforeseen: (i: number) => `Cannot read properties of undefined (reading '${i}')\n    at parse`,
}

/**
 * Adds to an archive what a very bad night leaves behind: failures of every step and kind, agents, files and texts, alerts
 * and unknown shapes. No run retries the failures, because they failed often and recently.
 */
export function addFailures(path: string, count: number): void {
  const archive = openArchive(path, { mode: 'create' })
  archive.transaction(() => {
    const at = new Date().toISOString()
    const run = beginRun(archive, at)
    for (let i = 0; i < count; i++) archive.failures.record(failure(i), run, at)
    addOthers(archive, run, at)
    const none = {
      vanished: 0,
      gone: 0,
      compared: 0,
      requests: count,
      retries: 0,
      bytes: 0,
      unchanged: 0,
      updated: 0,
    }
    const books = { ...none, listed: count, new: 0, failed: count }
    archive.runs.end(run, at, {
      outcome: 'partial',
      complete: true,
      reason: undefined,
      books,
      requestsByKind: new Map(),
    })
  })
  archive.close()
  change(path, 'update failure set runs = 9')
}

function failure(i: number): Failure {
  // Most failures have a few reasons, the others have every reason there is.
  const codes = Object.keys(messages) as (keyof typeof messages)[]
  const code = codes[i % 2 === 0 ? 0 : (i >> 1) % codes.length] ?? 'timeout'
  const step = steps[i % 3 === 0 ? 2 : i % steps.length] ?? 'history'
  return { conversation: `conv_${i.toString(16).padStart(32, '0')}`, step, code, message: messages[code](i) }
}

function addOthers(archive: Archive, run: number, at: string): void {
  for (let i = 0; i < 300; i++) {
    const conversation = `conv_alert_${i}`
    const kind = i % 3 === 0 ? 'messages-differ' : 'history-altered'
    archive.events.add({ kind, conversation, detail: `entry ${i} has changed; both are kept` }, run, at)
    archive.searchIndex.unindexed.note(1_000_000 + i, 'Maximum call stack size exceeded')
    archive.unknownShapes.add([{ kind: 'field', name: `field_${i}` }], conversation, at)
  }
  for (let i = 0; i < 30; i++) {
    const reference = { kind: i % 3 === 0 ? 'agent' : 'file', id: `ref_${i}`, version: '' } as const
    archive.dependencies.want([reference], at)
    archive.dependencies.note(reference, 'failed', `${i} of 99 bytes came`, at)
  }
}
