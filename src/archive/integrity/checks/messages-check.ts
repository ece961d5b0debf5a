import { sameContent } from '../../../model/entries/same-content.ts'
import { Histories } from '../../content/histories.ts'
import type { Check } from './check.ts'
import { faultOfText } from './read-damaged.ts'

interface RevisionRow {
  readonly id: number
  readonly conversation: string
  readonly run: number
  readonly tip: number
  readonly messages: string | null
  readonly messages_tip: number | null
  readonly hasTip: 0 | 1
  readonly hasEvent: 0 | 1
}

const WITH_MESSAGES = `
select revision.id, conversation.id as conversation, run, tip, messages, messages_tip,
  messages_tip = 0 or exists (select 1 from link where link.id = messages_tip) as hasTip,
  exists (select 1 from event where kind = 'messages-differ' and event.run = revision.run
    and event.conversation = conversation.id) as hasEvent
from revision join conversation on conversation.key = revision.conversation
where messages is not null or messages_tip is not null`

/** Checks messages that are stored beside a history: they are complete, and if they differ, an event says so. */
export const messages: Check = {
  name: 'messages',
  about: 'messages that differ from their history are complete, and an event says so',
  *find({ db }) {
    const histories = new Histories(db)
    for (const revision of db.iterate<RevisionRow>(WITH_MESSAGES)) {
      const where = { table: 'revision', row: revision.id, conversationId: revision.conversation }
      if ((revision.messages === null) !== (revision.messages_tip === null) || revision.hasTip !== 1) {
        yield { what: 'a part of its messages is missing', where }
      } else if (revision.hasEvent === 0 && differ(histories, revision)) {
        yield { what: 'its messages differ from its history, and no event says so', where, isWarning: true }
      }
    }
  },
}

/** Tells whether messages differ from their history. Lost or decayed entries are reported separately. */
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
