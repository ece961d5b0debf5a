import { openArchive } from '../../src/archive/archive.ts'
import type { Copy } from '../../src/archive/ledger/replay-copies.ts'
import { sourceOf } from '../../src/replay/plan/archived-source.ts'
import type { Mode } from '../../src/replay/plan/plan.ts'
import { revisionOf } from '../../src/replay/plan/stamp.ts'
import { stampOf } from '../../src/replay/plan/stamp.ts'
import { readStamp } from '../../src/model/read-stamp.ts'
import type { SandboxAccount } from '../../src/sandbox/account/account.ts'

/** The outcome for the conversations of all rounds. */
export interface ReplayTally {
  rounds: number
  conversations: number
  once: number
  uncertain: number
  /** Copies that were found after their response was lost. */
  found: number
  lostResponses: number
  kills: number
  /** Copies that a later run from another archive recognised, continued, or left uncertain because they were cut short. */
  recognised: number
  continued: number
  cutShort: number
}

export function emptyReplayTally(): ReplayTally {
  return {
    rounds: 0,
    conversations: 0,
    once: 0,
    uncertain: 0,
    found: 0,
    lostResponses: 0,
    kills: 0,
    recognised: 0,
    continued: 0,
    cutShort: 0,
  }
}

/** Compares the target account with what the archive wanted to be there; returns the differences. */
export function judgeTarget(path: string, mode: Mode, account: SandboxAccount, tally: ReplayTally): string[] {
  const archive = openArchive(path)
  try {
    const wrong: string[] = []
    const [target] = archive.replayTargets.all()
    const claimed = new Map<string, string>()
    for (const stored of archive.conversations.readAll({})) {
      const source = sourceOf(archive, stored)
      const stamp = stampOf({ id: source.id, revision: revisionOf(source), mode, label: '' })
      const copy = target && archive.replayCopies.byStamp(target.id, stamp)
      const there = account.ids.filter((id) => stampIn(account, id) === stamp)
      const starts = startsAmong(account, there)
      tally.conversations++
      for (const [one, other] of twinsAmong(account, there)) {
        wrong.push(`${source.id} was continued twice: ${one}, ${other}`)
      }
      if (starts > 1) wrong.push(`${starts} copies of ${source.id}: ${there.join(', ')}, ${told(copy)}`)
      if (copy?.state === 'uncertain') tally.uncertain++
      else if (copy?.state !== 'done') wrong.push(`${source.id} is ${told(copy)}`)
      else if (starts === 0) wrong.push(`${source.id} is missing, and ${told(copy)}`)
      else if (!there.includes(copy.targetId ?? '')) wrong.push(`${source.id} is recorded as ${told(copy)}`)
      else tally.once++
      const entries = copy?.state === 'done' ? (account.entries(copy.targetId ?? '') ?? []) : []
      const said = entries.filter((text) => text.includes('"role":"user"')).length
      const wanted =
        source.entries.filter((text) => text.includes('"role":"user"')).length + Number(mode === 'history')
      if (copy?.state === 'done' && said !== wanted)
        wrong.push(`${source.id} has ${said} user turns, not ${wanted}`)
      if (copy === undefined) continue
      const requests = archive.replayRequests.ofCopy(copy.id)
      if (requests.some(({ outcome }) => outcome === 'found')) tally.found++
      tally.lostResponses += requests.filter(
        ({ outcome }) => outcome === 'found' || outcome === 'absent',
      ).length
      if (copy.targetId !== null && claimed.has(copy.targetId))
        wrong.push(`${copy.targetId} is claimed twice`)
      claimed.set(copy.targetId ?? '', source.id)
    }
    return wrong
  } finally {
    archive.close()
  }
}

export function told(copy: Copy | undefined): string {
  return copy === undefined
    ? 'not planned'
    : `${copy.state} (${copy.targetId ?? 'no id'}, ${copy.reason ?? ''})`
}

/** How many starts created these; an append can create a new conversation that continues an earlier one. */
export function startsAmong(account: SandboxAccount, ids: readonly string[]): number {
  return new Set(ids.map((id) => account.entries(id)?.[0])).size
}

/** Pairs of equal length from one start: an append was done twice. */
function twinsAmong(account: SandboxAccount, ids: readonly string[]): [string, string][] {
  const lengthOf = (id: string) => account.entries(id)?.length
  return ids.flatMap((id, i) =>
    ids
      .slice(i + 1)
      .filter((other) => lengthOf(other) === lengthOf(id) && startsAmong(account, [id, other]) === 1)
      .map((other): [string, string] => [id, other]),
  )
}

/** The stamp of a conversation at the target. */
export function stampIn(account: SandboxAccount, id: string): string | undefined {
  const mark = readStamp(JSON.parse(account.row(id) ?? 'null'))
  return typeof mark === 'object' ? mark.stamp : undefined
}
