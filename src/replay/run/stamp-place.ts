import { messageOf } from '../../errors.ts'
import type { RunContext } from './context.ts'
import { markOf } from './mark.ts'

/** Looks at the first copy whether its metadata comes back; where that can't be found out, the next one shows it. */
export async function learnStampPlace(context: RunContext, id: string): Promise<void> {
  const { archive, reader, target } = context
  if (target.stampPlace !== null) return
  try {
    const row = await reader.row(id)
    if (row === undefined) return
    const mark = markOf(row)
    const stampPlace = typeof mark === 'object' ? 'metadata' : 'description'
    archive.transaction(() => archive.replayTargets.setStampPlace(target.id, stampPlace))
    context.target = { ...target, stampPlace }
  } catch (error) {
    context.tally.notice({ id, state: 'done', reason: `it could not be read back: ${messageOf(error)}` })
  }
}
