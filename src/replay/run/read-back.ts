import { messageOf } from '../../errors.ts'
import { readStamp } from '../../model/read-stamp.ts'
import type { RunContext } from './run-context.ts'

/**
 * Reads the first copies back, to find out whether the target returns metadata and whether its clock can be used. If
 * reading fails, the next copy is read instead.
 *
 * @param sentAt when it was sent, by our clock; undefined if this process did not create it
 */
export async function readBack(context: RunContext, id: string, sentAt: number | undefined): Promise<void> {
  const { archive, reader, target } = context
  const isClockOpen = sentAt !== undefined && !reader.clock.isMeasured
  if (target.stampPlace !== null && !isClockOpen) return
  try {
    const row = await reader.row(id)
    if (row === undefined) return
    if (isClockOpen) reader.clock.measure((row as Record<string, unknown>)['created_at'], sentAt)
    if (target.stampPlace !== null) return
    const stampPlace = typeof readStamp(row) === 'object' ? 'metadata' : 'description'
    archive.transaction(() => archive.replayTargets.setStampPlace(target.id, stampPlace))
    context.target = { ...target, stampPlace }
  } catch (error) {
    context.tally.notice({ id, state: 'done', reason: `cannot read it back: ${messageOf(error)}` })
  }
}
