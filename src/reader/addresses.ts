import type { HistoryPlace } from '../export/html/history-nav.ts'

/** The address of a conversation. */
export function conversationAddress(id: string): string {
  return `/conversations/${encodeURIComponent(id)}`
}

/** The address of what the revisions of a conversation changed. */
export function revisionsAddress(id: string): string {
  return `${conversationAddress(id)}/revisions`
}

/** The address of an entry, on the page of the conversation that has it. */
export function entryAddress(id: string, position: number): string {
  return `${conversationAddress(id)}?entry=${position}#entry-${position}`
}

/** The address of a page of a conversation. */
export function historyAddress(id: string, { page, part }: HistoryPlace): string {
  const query = [page.from === 0 ? '' : `entry=${page.from}`, part === 1 ? '' : `part=${part}`]
  const given = query.filter((each) => each !== '').join('&')
  return given === '' ? conversationAddress(id) : `${conversationAddress(id)}?${given}`
}

/** The address of a file of an entry. */
export function fileAddress(id: string, position: number, number: number, name: string): string {
  return `${conversationAddress(id)}/files/${position}/${number}/${encodeURIComponent(name)}`
}
