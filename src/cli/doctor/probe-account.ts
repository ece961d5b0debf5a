import type { ConversationsClient } from '../../api/client.ts'
import { withLockedArchive } from '../../archive/with-archive.ts'
import { probeService, type Learnt, type Probe } from '../../backup/probe/probe-service.ts'
import { storeLearnt } from '../../backup/probe/store-learnt.ts'
import { formatNumber, plural } from '../../model/plural.ts'
import { withAccount } from '../connect.ts'
import type { AccountOptions, Io } from '../io.ts'
import { showWaits } from '../terminal/progress-texts.ts'
import { ProgressLine } from '../terminal/progress.ts'
import type { Diagnosis } from './diagnosis.ts'

export interface ProbeCommandOptions extends AccountOptions {
  readonly probeModel: string
}

/** What a probe learnt, and its diagnoses. */
export interface ProbedAccount {
  readonly learnt: Learnt
  readonly diagnoses: readonly Diagnosis[]
}

/** Probes the service with the archive locked, so that no backup sees the conversation, and stores what it learnt. */
export async function probeAccount(options: ProbeCommandOptions, io: Io): Promise<ProbedAccount> {
  const { archive: path, probeModel: model } = options
  const progress = new ProgressLine(options, io, showWaits)
  return await withLockedArchive(path, { holder: io.name }, async (archive) => {
    progress.say('probing the service')
    const work = async (client: ConversationsClient) => {
      const probe = await probeService(client, { model, signal: io.signal, clock: io.clock })
      storeLearnt(archive, client.baseUrl, probe.learnt, io.now())
      return probe
    }
    const probe = await withAccount(options, io, work, progress)
    archive.checkpoint()
    return { learnt: probe.learnt, diagnoses: [...describeLearnt(probe.learnt), describeCost(probe)] }
  }).finally(progress.end)
}

function describeLearnt(learnt: Learnt): Diagnosis[] {
  const { pageSize, order, getHasMore, metadataFilter, messagesAreHistory, trailingAnswer } = learnt
  const rows = pageSize === undefined ? undefined : plural(pageSize, 'row')
  return [
    fact('page of the listing', rows, 'the account has too few conversations to tell'),
    order === 'last-changed-first'
      ? UNPROVABLE
      : fact('order of the listing', order && orders[order], 'the times of its rows do not tell'),
    fact('rows', rowsText(getHasMore), 'the conversation was not listed'),
    fact('metadata', metadataText(learnt), ''),
    fact('metadata filter', filters[metadataFilter], ''),
    fact('messages', messagesText(messagesAreHistory), 'they could not be read'),
    fact('answer at the end of inputs', trailing[trailingAnswer], ''),
  ]
}

function fact(about: string, what: string | undefined, unknown: string): Diagnosis {
  return what === undefined ? { about, state: 'unknown', what: unknown } : { about, state: 'ok', what }
}

const UNPROVABLE: Diagnosis = {
  about: 'order of the listing',
  state: 'warning',
  what: 'last changed first',
  hint: 'Rows move while they are listed, so no backup can prove that it is complete.',
}

const orders = {
  'newest-first': 'newest first',
  'oldest-first': 'oldest first',
} as const

const filters = {
  works: 'finds what has these metadata, and nothing else',
  ignored: 'has no effect, so replays do not use it',
  'finds-nothing': 'finds nothing, so replays do not use it',
} as const

const trailing = {
  refused: 'is refused',
  answered: 'is taken, and answered once more',
  stored: 'is taken as the last entry',
} as const

function rowsText(getHasMore: boolean | undefined): string | undefined {
  if (getHasMore === undefined) return undefined
  return getHasMore ? '`get` returns more than the listing' : 'the listing returns what `get` returns'
}

function metadataText({ metadataInGet, metadataInList }: Learnt): string {
  if (!metadataInGet) return 'do not come back; replays put their stamp into the description'
  return metadataInList === false ? 'come back from `get` only' : 'come back'
}

function messagesText(areHistory: boolean | undefined): string | undefined {
  if (areHistory === undefined) return undefined
  return areHistory ? 'are those of the history' : 'differ from those of the history'
}

function describeCost({ left, requests, tokens }: Probe): Diagnosis {
  const about = 'cost of the probe'
  const spent = tokens === null ? 'tokens not reported' : `${formatNumber(tokens)} tokens`
  const what = `${plural(requests, 'request')}, ${spent}`
  if (left === undefined) return { about, state: 'ok', what: `${what}; the conversation is deleted` }
  const hint = `Delete it with \`hansard api delete ${left}\`.`
  return { about, state: 'problem', what: `${what}; the conversation ${left} could not be deleted`, hint }
}
