import { HansardError, isOutOfFiles, messageOf, outOfFiles } from '../../errors.ts'

/** Says in our words what the file system threw while an export was written; anything else comes back as it is. */
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
  return new HansardError('file', `The export can’t be written: ${what}`, {
    hint: `${hint}; nothing was left half-written.`,
    cause: thrown,
  })
}

const full = ['the disk is full', 'Free some space and run the command again'] as const
const denied = ['permission denied', 'Check the permissions of the folder'] as const

const explanations: Readonly<Record<string, readonly [string, string]>> = {
  ENOSPC: full,
  EDQUOT: ['the quota is used up', 'Free some space and run the command again'],
  EFBIG: ['a limit of file sizes is in the way', 'Raise the limit (`ulimit -f`), or export less at a time'],
  EACCES: denied,
  EPERM: denied,
  EROFS: ['the disk can only be read', 'Name a place on another disk with --output'],
  ENAMETOOLONG: ['its name is too long', 'Name another place with --output'],
}
