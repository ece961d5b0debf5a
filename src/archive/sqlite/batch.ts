import { DatabaseAccess } from './database-access.ts'

/** How long work is collected before it is committed. */
const BATCH_MS = 250

/** Work of a batch that is not committed yet. */
interface Done {
  readonly work: () => unknown
  readonly onRollback: (() => void) | undefined
  readonly recall: (() => void) | undefined
}

/**
 * Work that is committed together. When the disk is full, SQLite rolls back the whole transaction and not only the failed
 * statement, so callers that count finished work must be told what was rolled back.
 *
 * When one work fails, the others of the batch are done again: so work must depend on the database alone, and change
 * nothing else. With a savepoint for each, only the failed one would be rolled back; but SQLite then copies every page that
 * it changes, and conversations of 3 MB wrote 53 MB of copies.
 *
 * Until the commit, work should keep little: what it has stored can be read back (`recall`) before the others are undone. While the
 * texts of every conversation were kept for 250 ms, V8 held them for old: 50 MB more memory, and a thirtieth more time.
 */
export class Batch extends DatabaseAccess {
  #startedAt = 0
  #timer: NodeJS.Timeout | undefined
  #done: Done[] = []
  #failure: unknown

  /**
   * Runs `work` as a transaction. `onRollback` is called with its result if the batch is rolled back later; `recall` is called
   * before `work` is done again, while what it stored can still be read.
   */
  add<T>(work: () => T, onRollback?: (result: T) => void, recall?: () => void): T {
    this.#throwFailure()
    const result = this.#run(work)
    if (performance.now() - this.#startedAt >= BATCH_MS) this.commit()
    else this.#done.push({ work, onRollback: onRollback && (() => onRollback(result)), recall })
    return result
  }

  /** Commits the batch. Also throws the error of a commit by timer that failed before. */
  commit(): void {
    this.#throwFailure()
    try {
      if (this.db.inTransaction) this.db.exec('commit')
      this.#end()
    } catch (thrown) {
      this.#rollBack()
      this.#tell(this.#end())
      throw thrown
    }
  }

  #run<T>(work: () => T): T {
    try {
      if (!this.db.inTransaction) this.#begin()
      return work()
    } catch (thrown) {
      const isRecalled = this.#recall()
      const isWhole = this.#rollBack()
      const done = this.#end()
      if (isRecalled && !isWhole) this.#doAgain(done)
      else this.#tell(done)
      throw thrown
    }
  }

  /** Reads back what is needed to do the batch again; returns whether that was possible. */
  #recall(): boolean {
    try {
      for (const { recall } of this.#done) recall?.()
      return true
    } catch {
      return false
    }
  }

  /** Rolls the transaction back; returns whether SQLite had done so already, because nothing can be written. */
  #rollBack(): boolean {
    if (!this.db.inTransaction) return true
    this.db.exec('rollback')
    return false
  }

  #doAgain(done: readonly Done[]): void {
    try {
      if (done.length > 0) this.#begin()
      for (const { work } of done) work()
      this.#done = [...done]
    } catch {
      this.#rollBack()
      this.#end()
      this.#tell(done)
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

  #tell(done: readonly Done[]): void {
    for (const { onRollback } of done) onRollback?.()
  }

  /** Ends the batch, and returns what was done in it. */
  #end(): readonly Done[] {
    clearTimeout(this.#timer)
    const done = this.#done
    this.#done = []
    return done
  }

  #throwFailure(): void {
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
  }
}
