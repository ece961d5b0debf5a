import { DatabaseAccess } from './database-access.ts'

/** How long work is collected before it is committed. */
const BATCH_MS = 50

/**
 * Work that is committed together. When the disk is full, SQLite rolls back the whole transaction and not only the failed
 * statement, so callers that count finished work must be told what was rolled back.
 */
export class Batch extends DatabaseAccess {
  #startedAt = 0
  #timer: NodeJS.Timeout | undefined
  #rollbacks: (() => void)[] = []
  #failure: unknown

  /** Runs `work` as a transaction. `onRollback` is called with its result if the batch is rolled back later. */
  add<T>(work: () => T, onRollback?: (result: T) => void): T {
    this.#throwFailure()
    const result = this.#run(work)
    if (performance.now() - this.#startedAt >= BATCH_MS) this.commit()
    else if (onRollback) this.#rollbacks.push(() => onRollback(result))
    return result
  }

  /** Commits the batch. Also throws the error of a commit by timer that failed before. */
  commit(): void {
    this.#throwFailure()
    try {
      if (this.db.inTransaction) this.db.exec('commit')
      this.#end()
    } catch (thrown) {
      if (this.db.inTransaction) this.db.exec('rollback')
      this.#rolledBack()
      throw thrown
    }
  }

  #run<T>(work: () => T): T {
    try {
      if (!this.db.inTransaction) this.#begin()
      return this.db.transaction(work)()
    } catch (thrown) {
      if (!this.db.inTransaction) this.#rolledBack()
      throw thrown
    }
  }

  #begin(): void {
    this.db.exec('begin immediate')
    this.#startedAt = performance.now()
    this.#timer = setTimeout(() => this.#commitByTimer(), BATCH_MS).unref()
  }

  /** Keeps an error for the next caller: nothing waits for this commit. */
  #commitByTimer(): void {
    try {
      this.commit()
    } catch (thrown) {
      this.#failure = thrown
    }
  }

  #rolledBack(): void {
    for (const onRollback of this.#rollbacks) onRollback()
    this.#end()
  }

  #end(): void {
    clearTimeout(this.#timer)
    this.#rollbacks = []
  }

  #throwFailure(): void {
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
  }
}
