import { randomBytes } from 'node:crypto'
import { closeSync, lstatSync, openSync, readSync } from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'

import { HansardError, messageOf } from '../errors.ts'

/** What the file contains. */
interface Content {
  readonly name: string
  /**
   * How such a file begins. An earlier file of the same kind may be replaced; any other file (an archive!) may not.
   */
  readonly beginning: string
}

export const planContent: Content = { name: 'plan', beginning: '{"kind":"hansard replay plan"' }

export const certificateContent: Content = {
  name: 'certificate file',
  beginning: '{"kind":"hansard replay certificate"',
}

/** Writes lines to a temporary file, readable by its owner only, and renames it when it is complete. */
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

  /** @throws HansardError `usage` if the path is a link or another kind of file; `file` if it cannot be written */
  static async open(path: string, content: Content): Promise<LineFile> {
    refuseOther(path, content)
    // An unpredictable name that must not exist: the file is ours, and no link that leads elsewhere.
    const staged = `${path}.${randomBytes(6).toString('hex')}.part`
    const file = await explained(path, content, () => open(staged, 'wx', 0o600))
    return new LineFile(path, staged, content, file)
  }

  async write(line: string): Promise<void> {
    await explained(this.#path, this.#content, () => this.#file.appendFile(line))
  }

  /** Renames the file to its final name, unless another file has taken that name. */
  async finish(): Promise<void> {
    refuseOther(this.#path, this.#content)
    await explained(this.#path, this.#content, async () => {
      await this.#file.sync()
      await this.#file.close()
      await rename(this.#staged, this.#path)
    })
  }

  /** Removes the temporary file. */
  async discard(): Promise<void> {
    await this.#file.close()
    await rm(this.#staged, { force: true })
  }
}

/**
 * Runs `work` with a function that writes lines to a file, or nowhere without a path. If `work` fails, no file is
 * left.
 *
 * @throws HansardError as `LineFile`, and what `work` throws
 */
export async function withLineFile<T>(
  path: string | undefined,
  content: Content,
  work: (write: (line: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  if (path === undefined) return work(() => Promise.resolve())
  const file = await LineFile.open(path, content)
  try {
    const result = await work((line) => file.write(line))
    await file.finish()
    return result
  } catch (thrown) {
    await file.discard()
    throw thrown
  }
}

function refuseOther(path: string, { name, beginning: usual }: Content): void {
  const existing = lstatSync(path, { throwIfNoEntry: false })
  if (existing === undefined || (existing.isFile() && beginningOf(path).startsWith(usual))) return
  const what = existing.isSymbolicLink() ? 'is a symbolic link' : `exists and is not a ${name}`
  throw new HansardError('usage', `${path} ${what}`, { hint: 'Choose another file with --out.' })
}

function beginningOf(path: string): string {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return '' // unreadable, so not known to be ours
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
    throw new HansardError('file', `Cannot write the ${name} ${path}: ${messageOf(thrown)}`, {
      hint: 'Check the folder, its permissions and the free space. No partial file was left.',
      cause: thrown,
    })
  }
}
