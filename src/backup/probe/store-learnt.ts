import type { Archive } from '../../archive/archive.ts'
import type { ServiceFact } from '../../archive/journal/service-facts.ts'
import { ROW_SAMPLE } from '../fetch/fetcher.ts'
import type { Learnt } from './probe-service.ts'

/** Stores what a probe learnt, for the next backups and replays. What it could not tell stays as it was. */
export function storeLearnt(archive: Archive, baseUrl: string, learnt: Learnt, now: Date): void {
  archive.transaction(() => {
    const note = (name: ServiceFact, value: number | undefined) =>
      archive.serviceFacts.note(baseUrl, name, value, now)
    for (const [name, value] of factsOf(learnt)) note(name, value)
    // What was stored as listed lacks something, so the next backup reads it.
    if (learnt.getHasMore !== true || archive.serviceFacts.read(baseUrl, 'rows_skipped', now) !== 1) return
    note('rows_wanted', 1)
    note('rows_skipped', 0)
  })
}

function factsOf(learnt: Learnt): [ServiceFact, number | undefined][] {
  const { pageSize, order, getHasMore, trailingAnswer, metadataFilter } = learnt
  return [
    ['page_size', pageSize],
    ['order', order && 1 + ['newest-first', 'last-changed-first', 'oldest-first'].indexOf(order)],
    // As if the first rows had been read with `get` and it had more, or no more.
    ['rows_in_vain', getHasMore === undefined ? undefined : getHasMore ? 0 : ROW_SAMPLE.first],
    ['metadata_in_get', flag(learnt.metadataInGet)],
    ['metadata_in_list', flag(learnt.metadataInList)],
    ['metadata_filter', flag(metadataFilter === 'works')],
    ['messages_are_history', flag(learnt.messagesAreHistory)],
    ['trailing_answer', 1 + ['refused', 'answered', 'stored'].indexOf(trailingAnswer)],
  ]
}

function flag(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : Number(value)
}
