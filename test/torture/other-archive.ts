import { openArchive } from '../../src/archive/archive.ts'
import type { Mode } from '../../src/replay/plan/plan.ts'
import type { SandboxAccount } from '../../src/sandbox/account/account.ts'
import type { Random } from '../../src/sandbox/random.ts'
import { startHansard } from './child.ts'
import { emptyReplayTally, judgeTarget, stampIn, told, type ReplayTally } from './judge-replay.ts'

/** Cuts some copies short behind their archive's back. Of a row of conversations that appends made, the last goes. */
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

/** Runs another archive's replay of the same conversations to its end. */
export async function runOther(args: readonly string[], env: Record<string, string>): Promise<void> {
  for (let runs = 1; ; runs++) {
    const ended = await startHansard(args, env).ended
    if (ended.code === 0 || (ended.code === 3 && runs === 2)) return
    if (ended.code !== 3) throw new Error(`another archive’s run ended oddly: ${JSON.stringify(ended)}`)
  }
}

/** The other archive must have started nothing anew: what is whole is done, and only what was cut may be uncertain. */
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
        wrong.push(`${copy.conversation} was started anew`)
      if (copy.state === 'uncertain') tally.cutShort++
      else if (requests.length > 0) tally.continued++
      else tally.recognised++
      if (copy.state === 'uncertain' && !cut.has(copy.stamp))
        wrong.push(`${copy.conversation} is ${told(copy)}, and was whole`)
    }
  } finally {
    archive.close()
  }
  return wrong
}
