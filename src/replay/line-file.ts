import { randomBytes } from 'node:crypto'
import { closeSync, lstatSync, openSync, readSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'

import { HansardError, messageOf } from '../errors.ts'

interface Content {
  readonly name: string
  /** How such a file begins. An earlier one may be replaced; any other file (an archive!) may not. */
  readonly beginning: string
}

export const planContent: Content = { name: 'plan', beginning: '{"kind":"hansard replay plan"' }

export const certificateContent: Content = {
  name: 'certificate file',
  beginning: '{"kind":"hansard replay certificate"',
}

/**
 * Runs `work` with a function that writes lines to a file, or nowhere without a path. The lines go to a temporary file,
 * readable by its owner only, which gets the path as its name at the end. If anything fails, no file is left.
 *
 * @throws HansardError `usage` if the path is a link or another kind of file, also one that appeared in the meantime;
 * `file` if it cannot be written; and what `work` throws
 */
export async function withLineFile<T>(
  path: string | undefined,
  content: Content,
  work: (write: (line: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  if (path === undefined) return work(() => Promise.resolve())
  refuseOther(path, content)
  // An unpredictable name that must not exist: the file is ours, and no link that leads elsewhere.
  const staged = `${path}.${randomBytes(6).toString('hex')}.part`
  const file = await explained(path, content, () => open(staged, 'wx', 0o600))
  try {
    const result = await work((line) => explained(path, content, () => file.appendFile(line)))
    refuseOther(path, content)
    await explained(path, content, async () => {
      await file.sync()
      await file.close()
      await rename(staged, path)
    })
    return result
  } catch (thrown) {
    await file.close()
    await rm(staged, { force: true })
    throw thrown
  }
}

function refuseOther(path: string, { name, beginning }: Content): void {
  const existing = lstatSync(path, { throwIfNoEntry: false })
  if (existing === undefined || (existing.isFile() && readBeginning(path).startsWith(beginning))) return
  const what = existing.isSymbolicLink() ? 'is a symbolic link' : `exists and is not a ${name}`
  throw new HansardError('usage', `${path} ${what}`, { hint: 'Choose another file with --out.' })
}

function readBeginning(path: string): string {
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
