import { stringMember } from '../../src/model/entries/fields.ts'
import { redactSecrets } from '../../src/model/secrets/redact-json.ts'
import type { ReplayOptions } from '../../src/replay/plan/plan.ts'
import type { Source } from '../../src/replay/plan/source.ts'
import { storiesDirectory } from '../../src/own-files.ts'
import { loadStories } from '../../src/sandbox/seed/load-stories.ts'
import { plainOptions } from './replay.ts'

/** Options with a mapping for everything in the stories. */
export const storyOptions: ReplayOptions = {
  ...plainOptions,
  fallbackModel: 'mistral-large-latest',
  connectors: { gauge_connector: 'gauge', map_connector: 'map', open_connector: 'open' },
  connectorAuth: { gauge_connector: 'GAUGE', map_connector: 'MAP' },
  libraries: { '06835bb1-9607-7898-8000-435d8a0b1afd': 'lib' },
}

/** The stories as the archive stores them, except the 5 MB picture, which has tests of its own. */
export async function storySources(): Promise<Source[]> {
  const stories = await loadStories(storiesDirectory)
  return stories.flatMap(({ conversations, agents }) =>
    conversations
      .filter(({ entries }) => entries.every((entry) => entry.length < 1e6))
      .map(({ row, entries }) => ({
        id: stringMember(row, 'id') ?? '',
        row: redactSecrets(row),
        entries,
        agent: agents[0] === undefined ? undefined : redactSecrets(agents[0]),
      })),
  )
}
