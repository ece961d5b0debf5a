import type { Archive } from '../../archive/archive.ts'
import type { Erased } from '../../archive/erasure/erasure.ts'
import { withLockedArchive } from '../../archive/with-archive.ts'
import type { BackupStep } from '../../backup/backup-options.ts'
import { fillSearch } from '../../backup/fill-search.ts'
import { HansardError, isHansardError } from '../../errors.ts'
import { plural } from '../../model/plural.ts'
import { StepCounter } from '../../model/step-progress.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { wholeIds } from '../options/whole-ids.ts'
import { confirm, refuseWithoutTerminal } from '../terminal/confirm.ts'
import { showStep } from '../terminal/progress-texts.ts'
import { ProgressLine } from '../terminal/progress.ts'
import { writeLine, writeResult } from '../terminal/stdout.ts'
import { defuseLine } from '../terminal/terminal-text.ts'
import { warn } from '../terminal/warn.ts'

export interface ForgetOptions extends GlobalOptions {
  readonly ids: readonly string[]
  readonly yes?: boolean
  readonly withCopies?: boolean
}

const NOTHING: Erased = { conversations: 0, revisions: 0, entries: 0, dependencies: 0 }

/**
 * `hansard forget [id...]`: takes conversations out of the archive for good. Without an id, it ends what was interrupted. Exits
 * with 3 if the file still has the old pages.
 */
export async function forgetCommand(options: ForgetOptions, io: Io): Promise<ExitCode> {
  if (options.ids.length > 0 && !options.yes)
    refuseWithoutTerminal(io, 'Look at what you forget with `hansard show ID`, then pass --yes.')
  return await withLockedArchive(options.archive, { holder: io.name }, async (archive) => {
    const ids = idsToForget(archive, options)
    if (ids.length > 0 && !options.yes && !(await confirm(question(archive, ids), io))) {
      await writeLine(io.stderr, 'hansard: Nothing was deleted')
      return exitCodes.done
    }
    io.goOnUnread?.()
    const erased = ids.length === 0 ? NOTHING : archive.forget(ids, new Date().toISOString())
    const overwritten = archive.forgotten.notOverwritten() === 0 || (await makeClean(archive, options, io))
    const result = { command: 'forget', ids, ...erased, overwritten }
    await writeResult(options, io, result, overwritten ? formatErased(erased, options) : [])
    if (!overwritten) warn(io.stderr, STILL_THERE)
    return overwritten ? exitCodes.done : exitCodes.partial
  })
}

const STILL_THERE =
  'another process is reading the archive, so the file still has the old pages: run `hansard forget` again when it has ended'

/** The ids that the archive has something of. One that was forgotten before is no error, so that a script can run twice. */
function idsToForget(archive: Archive, { ids: texts, withCopies = false }: ForgetOptions): string[] {
  const named = [...new Set(wholeIds(archive, texts))]
  const ids = archive.erasure.known(named)
  const unknown = named.find((id) => !ids.includes(id) && !archive.forgotten.has(id))
  if (unknown !== undefined) {
    throw new HansardError('usage', `No conversation ${JSON.stringify(unknown)} in the archive`, {
      hint: 'See `hansard list --include-gone` for the ids. Nothing was deleted.',
    })
  }
  if (named.length === 0 && archive.forgotten.notOverwritten() === 0) {
    throw new HansardError('usage', 'No conversation was named', {
      hint: 'Name those to forget: `hansard forget ID`.',
    })
  }
  const copied = ids.find((id) => archive.replayCopies.ofConversation(id, { mayExist: true }).length > 0)
  if (copied === undefined || withCopies) return ids
  throw new HansardError('usage', `${copied} has copies in another account, which would stay there`, {
    hint: 'Delete them with `hansard replay undo`, or pass --with-copies to forget the records of them, too. Nothing was deleted.',
  })
}

function question(archive: Archive, ids: readonly string[]): string {
  const [first = ''] = ids
  const title = archive.conversations.title(first)
  const named = title === null ? first : `${first} (${title})`
  const what = ids.length === 1 ? named : `${plural(ids.length, 'conversation')}, such as ${named},`
  return defuseLine(`Delete ${what} from the archive for good?`)
}

/** Rewrites the file and fills the search index; returns whether no page has anything left of what was deleted. */
async function makeClean(archive: Archive, options: ForgetOptions, io: Io): Promise<boolean> {
  const progress = new ProgressLine(options, io, showStep)
  try {
    progress.say('rewriting the archive')
    const isClean = archive.rewrite()
    if (isClean) archive.transaction(() => archive.forgotten.setOverwritten(new Date().toISOString()))
    const steps = new StepCounter<BackupStep>((step) => progress.update(step))
    const fault = await fillSearch(archive, steps, io.signal)
    if (fault !== undefined) warn(io.stderr, fault)
    if (isClean) archive.checkpoint()
    return isClean
  } catch (thrown) {
    throw isHansardError(thrown) ? unfinished(thrown) : thrown
  } finally {
    progress.end()
  }
}

function unfinished({ code, message, cause }: HansardError): HansardError {
  const hint =
    'They are deleted, but pages of the file may still have something of them: run `hansard forget` again without an id.'
  return new HansardError(code, message, { hint, cause })
}

function formatErased(erased: Erased, { archive, ids }: ForgetOptions): string[] {
  if (erased === NOTHING && ids.length > 0) return ['Nothing was left to forget.']
  const { conversations, revisions, entries, dependencies } = erased
  const parts = [plural(revisions, 'revision'), plural(entries, 'entry')]
  if (dependencies > 0) parts.push(plural(dependencies, 'agent or file', 'agents or files'))
  const what = `Forgot ${plural(conversations, 'conversation')} (${parts.join(', ')}).`
  return [
    ...(erased === NOTHING ? [] : [what]),
    `No page of ${archive} has anything left of what was forgotten. Its copies, snapshots and exports may.`,
  ]
}
