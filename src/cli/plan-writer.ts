import { closeSync, openSync, readSync } from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'

import { HansardError, messageOf } from '../errors.ts'

/** Writes a plan beside its place, readable by its owner alone, and puts it there when it is whole. */
export class PlanWriter {
  readonly #path: string
  readonly #file: FileHandle

  private constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
  }

  /**
   * Begins to write.
   *
   * @throws HansardError `usage` where something else than an earlier plan stands there, `file` where it can't be written
   */
  static async open(path: string): Promise<PlanWriter> {
    refuseOther(path)
    return new PlanWriter(path, await explained(path, () => open(staged(path), 'w', 0o600)))
  }

  async write(line: string): Promise<void> {
    await explained(this.#path, () => this.#file.appendFile(line))
  }

  /** Puts the plan in its place. */
  async finish(): Promise<void> {
    await explained(this.#path, async () => {
      await this.#file.sync()
      await this.#file.close()
      await rename(staged(this.#path), this.#path)
    })
  }

  /** Leaves nothing behind. */
  async giveUp(): Promise<void> {
    await this.#file.close()
    await rm(staged(this.#path), { force: true })
  }
}

function staged(path: string): string {
  return `${path}.part`
}

/** An earlier plan can be made again; anything else under that name (an archive!) can't. */
function refuseOther(path: string): void {
  const beginning = beginningOf(path)
  if (beginning === undefined || beginning.startsWith('{"kind":"hansard replay plan"')) return
  throw new HansardError('usage', `${path} exists already, and is no plan`, {
    hint: 'Name another file with --out.',
  })
}

function beginningOf(path: string): string | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return undefined
  }
  try {
    const bytes = Buffer.alloc(64)
    return bytes.toString('utf8', 0, readSync(file, bytes))
  } catch {
    return '' // a folder
  } finally {
    closeSync(file)
  }
}

async function explained<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw new HansardError('file', `The plan ${path} can’t be written: ${messageOf(thrown)}`, {
      hint: 'Check the folder, its permissions and the space left; nothing was left half-written.',
      cause: thrown,
    })
  }
}
