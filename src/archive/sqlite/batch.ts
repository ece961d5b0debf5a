import type { Sqlite } from './sqlite.ts'

/** How long work may be gathered, in milliseconds. */
const BATCH_MS = 50

/**
 * Work that is committed together. SQLite takes the whole transaction back when the disk is full, not only the statement
 * that found out, so whoever counts what was done must be told what of it was lost.
 */
export class Batch {
  readonly #db: Sqlite
  #began = 0
  #timer: NodeJS.Timeout | undefined
  #takeBacks: (() => void)[] = []
  #failure: unknown

  constructor(db: Sqlite) {
    this.#db = db
  }

  /** Does `work` as a whole or not at all; `takeBack` is told the result should it be lost later. */
  add<T>(work: () => T, takeBack?: (result: T) => void): T {
    this.#throwFailure()
    const result = this.#do(work)
    if (performance.now() - this.#began >= BATCH_MS) this.commit()
    else if (takeBack) this.#takeBacks.push(() => takeBack(result))
    return result
  }

  /** Commits what was gathered; fails if that fails, or failed when its time had come. */
  commit(): void {
    this.#throwFailure()
    try {
      if (this.#db.inTransaction) this.#db.exec('commit')
      this.#end()
    } catch (thrown) {
      if (this.#db.inTransaction) this.#db.exec('rollback')
      this.#lose()
      throw thrown
    }
  }

  #do<T>(work: () => T): T {
    try {
      if (!this.#db.inTransaction) this.#begin()
      return this.#db.transaction(work)()
    } catch (thrown) {
      if (!this.#db.inTransaction) this.#lose()
      throw thrown
    }
  }

  #begin(): void {
    this.#db.exec('begin immediate')
    this.#began = performance.now()
    this.#timer = setTimeout(() => this.#commitInTime(), BATCH_MS).unref()
  }

  /** The next caller hears of a failure here: nobody is waiting for this commit. */
  #commitInTime(): void {
    try {
      this.commit()
    } catch (thrown) {
      this.#failure = thrown
    }
  }

  #lose(): void {
    for (const takeBack of this.#takeBacks) takeBack()
    this.#end()
  }

  #end(): void {
    clearTimeout(this.#timer)
    this.#takeBacks = []
  }

  #throwFailure(): void {
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
  }
}
