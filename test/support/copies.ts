import type { ConversationsClient } from '../../src/api/client.ts'
import { fillSecrets } from '../../src/replay/plan/fill-secrets.ts'
import type { PlannedConversation, ReplayOptions, PlanTarget } from '../../src/replay/plan/plan.ts'
import { render } from '../../src/replay/plan/render.ts'
import type { Source } from '../../src/replay/plan/source.ts'
import type { FetchedCopy, Replayed } from '../../src/replay/verify/certificate.ts'
import { fetchCopy } from '../../src/replay/verify/fetch-copy.ts'

/** A conversation that was replayed, and what the target holds of it. */
export interface ReplayedCopy {
  readonly planned: PlannedConversation
  readonly replayed: Replayed
  readonly copy: FetchedCopy
  readonly targetId: string
}

/** Replays a conversation with the requests of its plan, as simply as can be; undefined where it is blocked. */
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

/** What verify is given for a conversation that was replayed. */
export function replayedOf(
  source: Source,
  { stamp, losses }: Pick<PlannedConversation, 'stamp' | 'losses'>,
  { mode }: Pick<ReplayOptions, 'mode'>,
  generated?: readonly string[],
): Replayed {
  return { mode, stamp, losses, source, generated }
}
