import { defaultReplayOptions } from '../../src/replay/plan/plan-replay.ts'
import type { PlanTarget } from '../../src/replay/plan/plan.ts'
import { profiles, type Behaviour } from '../../src/sandbox/behaviour.ts'

/** The options of a replay by default. */
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

/** The sandbox as hard to please as its switches make it. */
export const strictest: Partial<Behaviour> = profiles.strict
