import { randomUUID } from 'node:crypto'
import { appendFileSync, existsSync, renameSync, statSync } from 'node:fs'

import { HansardError, messageOf } from '../../errors.ts'
import { toSnakeCase } from '../../model/json/rename-keys.ts'
import type { Io } from '../io.ts'
import { warn } from '../terminal/warn.ts'

/** A log of this size is renamed to FILE.1, that one to FILE.2 and so on; older ones than FILE.5 go. */
const MAX_BYTES = 10_000_000
const KEPT = 5

/** Writes a line of JSON for each event of a run, at once, so that a killed run has a log, too. */
export class RunLog {
  readonly #path: string
  readonly #io: Pick<Io, 'now' | 'stderr'>
  /** Tells the lines of runs apart that overlap in one file. */
  readonly #run = randomUUID()
  #bytes: number
  #hasFailed = false

  /** @throws HansardError `usage` if the file cannot be written */
  constructor(path: string, io: Pick<Io, 'now' | 'stderr'>) {
    this.#path = path
    this.#io = io
    try {
      appendFileSync(path, '', { mode: 0o600 })
      this.#bytes = statSync(path).size
    } catch (cause) {
      throw new HansardError('usage', `Cannot write the log: ${messageOf(cause)}`, {
        hint: 'Name a file in a folder that is there, with --log.',
        cause,
      })
    }
  }

  /** Writes an event. A log that can no longer be written is a warning: the run matters more. */
  write(event: string, facts: object = {}): void {
    const line = `${JSON.stringify(toSnakeCase({ at: this.#io.now().toISOString(), runId: this.#run, event, ...facts }))}\n`
    try {
      if (this.#bytes > 0 && this.#bytes + line.length > MAX_BYTES) this.#rotate()
      appendFileSync(this.#path, line, { mode: 0o600 })
      this.#bytes += Buffer.byteLength(line)
    } catch (thrown) {
      if (this.#hasFailed) return
      this.#hasFailed = true
      warn(this.#io.stderr, `cannot write the log: ${messageOf(thrown)}`)
    }
  }

  #rotate(): void {
    const name = (n: number) => (n === 0 ? this.#path : `${this.#path}.${n}`)
    for (let n = KEPT - 1; n >= 0; n--) if (existsSync(name(n))) renameSync(name(n), name(n + 1))
    this.#bytes = 0
  }
}
