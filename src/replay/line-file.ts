import { randomBytes } from 'node:crypto'
import { closeSync, lstatSync, openSync, readSync } from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'

import { HansardError, messageOf } from '../errors.ts'

/** What a file of lines holds. */
interface Content {
  readonly name: string
  /** How such a file begins: an earlier one may be replaced, anything else under that name (an archive!) may not. */
  readonly beginning: string
}

/** A plan: it can be made again. */
export const planContent: Content = { name: 'plan', beginning: '{"kind":"hansard replay plan"' }

/** Certificates, a line each. */
export const certificateContent: Content = {
  name: 'file of certificates',
  beginning: '{"kind":"hansard replay certificate"',
}

/** Writes lines beside their place, readable by their owner alone, and puts them there when they are whole. */
export class LineFile {
  readonly #path: string
  readonly #staged: string
  readonly #content: Content
  readonly #file: FileHandle

  private constructor(path: string, staged: string, content: Content, file: FileHandle) {
    this.#path = path
    this.#staged = staged
    this.#content = content
    this.#file = file
  }

  /**
   * Begins to write.
   *
   * @throws HansardError `usage` where something else stands there, `file` where it can't be written
   */
  static async open(path: string, content: Content): Promise<LineFile> {
    refuseOther(path, content)
    // A new file under a name that nobody can foresee: it is nobody else's, and no link that leads elsewhere.
    const staged = `${path}.${randomBytes(6).toString('hex')}.part`
    const file = await explained(path, content, () => open(staged, 'wx', 0o600))
    return new LineFile(path, staged, content, file)
  }

  async write(line: string): Promise<void> {
    await explained(this.#path, this.#content, () => this.#file.appendFile(line))
  }

  /** Puts them in their place, unless something else has come to stand there. */
  async finish(): Promise<void> {
    refuseOther(this.#path, this.#content)
    await explained(this.#path, this.#content, async () => {
      await this.#file.sync()
      await this.#file.close()
      await rename(this.#staged, this.#path)
    })
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await this.#file.close()
    await rm(this.#staged, { force: true })
  }
}

function refuseOther(path: string, { name, beginning: usual }: Content): void {
  const existing = lstatSync(path, { throwIfNoEntry: false })
  if (existing === undefined || (existing.isFile() && beginningOf(path).startsWith(usual))) return
  const what = existing.isSymbolicLink() ? 'is a link' : `exists already, and is no ${name}`
  throw new HansardError('usage', `${path} ${what}`, { hint: 'Name another file with --out.' })
}

function beginningOf(path: string): string {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return '' // nobody can tell that it is one of ours
  }
  try {
    const bytes = Buffer.alloc(64)
    return bytes.toString('utf8', 0, readSync(file, bytes))
  } finally {
    closeSync(file)
  }
}

async function explained<T>(path: string, { name }: Content, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw new HansardError('file', `The ${name} ${path} can’t be written: ${messageOf(thrown)}`, {
      hint: 'Check the folder, its permissions and the space left; nothing was left half-written.',
      cause: thrown,
    })
  }
}
