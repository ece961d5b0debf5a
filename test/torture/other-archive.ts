import { openArchive } from '../../src/archive/archive.ts'
import type { Mode } from '../../src/replay/plan/plan.ts'
import type { SandboxAccount } from '../../src/sandbox/account/account.ts'
import type { Random } from '../../src/sandbox/random.ts'
import { startHansard } from '../support/hansard-process.ts'
import { emptyReplayTally, judgeTarget, stampIn, told, type ReplayTally } from './judge-replay.ts'

/** Cuts some copies short without the archive knowing. If each append made a new conversation, the last is deleted. */
export function cutSome(path: string, account: SandboxAccount, random: Random): ReadonlySet<string> {
  const archive = openArchive(path)
  const cut = new Set<string>()
  try {
    for (const { targetId, stamp } of archive.replayCopies.all()) {
      const entries = account.entries(targetId ?? '')
      if (targetId === null || entries === undefined || random.below(4) > 0) continue
      cut.add(stamp)
      const isRow = account.ids.filter((id) => stampIn(account, id) === stamp).length > 1
      if (isRow) account.remove(targetId)
      else account.replaceEntries(targetId, entries.slice(0, 1 + random.below(entries.length - 1)))
    }
    return cut
  } finally {
    archive.close()
  }
}

/** Runs a replay of the same conversations from another archive until it ends. */
export async function runOther(args: readonly string[], env: Record<string, string>): Promise<void> {
  for (let runs = 1; ; runs++) {
    const ended = await startHansard(args, env).ended
    if (ended.exit === 0 || (ended.exit === 3 && runs === 2)) return
    if (ended.exit !== 3)
      throw new Error(`unexpected end of the run from another archive: ${JSON.stringify(ended)}`)
  }
}

/** The other archive must not start any conversation again: whole copies are done, and only cut ones can be uncertain. */
export function judgeOther(
  path: string,
  mode: Mode,
  account: SandboxAccount,
  cut: ReadonlySet<string>,
  tally: ReplayTally,
): string[] {
  const own = emptyReplayTally()
  const wrong = judgeTarget(path, mode, account, own)
  const archive = openArchive(path)
  try {
    for (const copy of archive.replayCopies.all()) {
      const requests = archive.replayRequests.ofCopy(copy.id)
      if (requests.some(({ isForeign, appendsTo }) => !isForeign && appendsTo === null))
        wrong.push(`${copy.conversation} was started again`)
      if (copy.state === 'uncertain') tally.cutShort++
      else if (requests.length > 0) tally.continued++
      else tally.recognised++
      if (copy.state === 'uncertain' && !cut.has(copy.stamp))
        wrong.push(`${copy.conversation} is ${told(copy)}, but was whole`)
    }
  } finally {
    archive.close()
  }
  return wrong
}
