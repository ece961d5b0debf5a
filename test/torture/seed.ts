/** The seed of the short tests: `HANSARD_TORTURE_SEED`, or 1. */
export function seedOfTests(): number {
  return Number(process.env['HANSARD_TORTURE_SEED'] ?? 1)
}

/** The seed of a round, different from those of other seeds and kinds. */
export function seedOfRound(seed: number, kind: number, round: number): number {
  return seed * 1_000_003 + kind * 100_003 + round
}
