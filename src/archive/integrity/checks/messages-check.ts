import { sameContent } from '../../../model/entries/same-content.ts'
import { Histories } from '../../content/histories.ts'
import type { Check } from './check.ts'
import { faultOfText } from './stored-text.ts'

interface RevisionRow {
  readonly id: number
  readonly conversation: string
  readonly run: number
  readonly tip: number
  readonly messages: string | null
  readonly messages_tip: number | null
  readonly isTipThere: 0 | 1
  readonly isNoted: 0 | 1
}

const WITH_MESSAGES = `
select revision.id, conversation.id as conversation, run, tip, messages, messages_tip,
  messages_tip = 0 or exists (select 1 from link where link.id = messages_tip) as isTipThere,
  exists (select 1 from event where kind = 'messages-differ' and event.run = revision.run
    and event.conversation = conversation.id) as isNoted
from revision join conversation on conversation.key = revision.conversation
where messages is not null or messages_tip is not null`

/** Checks messages that are kept beside a history: they are there, and where they differ in content an event says so. */
export const messages: Check = {
  name: 'messages',
  about: 'messages that are not those of the history are there, and an event tells of them',
  *find({ db }) {
    const histories = new Histories(db)
    for (const revision of db.prepare(WITH_MESSAGES).iterate() as Iterable<RevisionRow>) {
      const where = { table: 'revision', row: revision.id, conversation: revision.conversation }
      if ((revision.messages === null) !== (revision.messages_tip === null) || revision.isTipThere !== 1) {
        yield { what: 'of its messages, a part is missing', where }
      } else if (revision.isNoted === 0 && differ(histories, revision)) {
        yield {
          what: 'its messages are not those of its history, and no event says so',
          where,
          isWarning: true,
        }
      }
    }
  },
}

/** Tells whether they say something else; of what was lost or has decayed nothing can be told, and it is reported itself. */
function differ(histories: Histories, { tip, messages_tip }: RevisionRow): boolean {
  const kept = histories.readDamaged(messages_tip ?? 0)
  for (const entry of histories.readDamaged(tip)) {
    if (!isWhole(entry)) return false
    if (!isMessage(entry)) continue
    const message = kept.next()
    if (message.done === true) return true
    if (!isWhole(message.value)) return false
    if (!sameContent(entry, message.value)) return true
  }
  return kept.next().done !== true
}

function isWhole(text: string | undefined): text is string {
  return faultOfText(text) === undefined
}

/** An entry without a type can only be a message. */
function isMessage(text: string): boolean {
  const { type } = JSON.parse(text) as { type?: unknown }
  return String(type ?? 'message.').startsWith('message.')
}
