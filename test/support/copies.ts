import type { ConversationsClient } from '../../src/api/client.ts'
import { fillSecrets } from '../../src/replay/plan/fill-secrets.ts'
import type { PlannedConversation, ReplayOptions, PlanTarget } from '../../src/replay/plan/plan.ts'
import { render } from '../../src/replay/plan/render.ts'
import type { Source } from '../../src/replay/plan/source.ts'
import type { FetchedCopy, Replayed } from '../../src/replay/verify/certificate.ts'
import { fetchCopy } from '../../src/replay/verify/fetch-copy.ts'

/** A replayed conversation and its copy. */
export interface ReplayedCopy {
  readonly planned: PlannedConversation
  readonly replayed: Replayed
  readonly copy: FetchedCopy
  readonly targetId: string
}

/** Sends the requests of a conversation's plan in the simplest way; undefined if it is blocked. */
export async function replayOnce(
  client: ConversationsClient,
  source: Source,
  options: ReplayOptions,
  target: PlanTarget,
): Promise<ReplayedCopy | undefined> {
  const { planned, requests } = render(source, options, target)
  if (planned.state === 'blocked') return undefined
  const generated: string[] = []
  let targetId = ''
  for (const { operation, body } of requests) {
    const { json } =
      operation === 'start'
        ? await client.start(fillSecrets(body, () => 'secret'))
        : await client.append(targetId, body)
    targetId = json.conversation_id
    generated.push(...json.outputs.map(({ id }) => String(id)))
  }
  const copy = await fetchCopy(client, targetId, {})
  if (copy === undefined) throw new Error('the copy is not there')
  return { planned, targetId, copy, replayed: replayedOf(source, planned, options, generated) }
}

/** The input of verify for a replayed conversation. */
export function replayedOf(
  source: Source,
  { stamp, losses }: Pick<PlannedConversation, 'stamp' | 'losses'>,
  { mode }: Pick<ReplayOptions, 'mode'>,
  generated?: readonly string[],
): Replayed {
  return { mode, stamp, losses, source, generated }
}
