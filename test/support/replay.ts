import { defaultReplayOptions } from '../../src/replay/plan/plan-replay.ts'
import type { PlanTarget } from '../../src/replay/plan/plan.ts'
import { profiles, type Behaviour } from '../../src/sandbox/behaviour.ts'

export const plainOptions = defaultReplayOptions

/** A target with a model that reasons and one that does not. */
export const plainTarget: PlanTarget = {
  baseUrl: 'https://api.example',
  account: 'another',
  models: {
    'mistral-small-latest': { context: 131_072, reasons: false },
    'magistral-medium-latest': { context: 40_960, reasons: true },
  },
  agents: {},
}

/** The sandbox's strictest switches. */
export const strictest: Partial<Behaviour> = profiles.strict
