import { HansardError, isOutOfFiles, messageOf, outOfFiles } from '../../errors.ts'

/** Turns an error of the file system while writing an export into a HansardError; returns any other error unchanged. */
export function explainFile(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || !('code' in thrown) || thrown instanceof HansardError) return thrown
  if (isOutOfFiles(thrown)) {
    return new HansardError('file', outOfFiles.message, { hint: outOfFiles.hint, cause: thrown })
  }
  if (!/^E[A-Z]+$/.test(String(thrown.code))) return thrown
  const [what, hint] = explanations[String(thrown.code)] ?? [
    messageOf(thrown),
    'Check the folder and the disk',
  ]
  return new HansardError('file', `Cannot write the export: ${what}`, {
    hint: `${hint}. No incomplete file was left behind.`,
    cause: thrown,
  })
}

const full = ['the disk is full', 'Free some space and run the command again'] as const
const denied = ['permission denied', 'Check the permissions of the folder'] as const

const explanations: Readonly<Record<string, readonly [string, string]>> = {
  ENOSPC: full,
  EDQUOT: ['the disk quota is used up', 'Free some space and run the command again'],
  EFBIG: ['the file size limit was reached', 'Raise the limit (`ulimit -f`), or export less at a time'],
  EACCES: denied,
  EPERM: denied,
  EROFS: ['the disk is read-only', 'Choose a path on another disk with --output'],
  ENAMETOOLONG: ['the file name is too long', 'Choose another path with --output'],
}
