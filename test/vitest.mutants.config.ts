import { fileURLToPath } from 'node:url'

import { defineConfig } from 'vitest/config'

// The tests that `npm run mutants` runs, as test/mutants.ts chooses them, with fewer random cases and shorter waits.
//
// Two kinds of survivors say little. The wording of messages: tests look at codes, and at the words that distinguish
// one case from another. And tables that a module builds when it is loaded: Stryker activates a mutant only after that.
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: (process.env['MUTANT_TESTS'] ?? '**/*').split(' ').map((tests) => `test/${tests}.test.ts`),
    env: { FLIPS: '100', LISTINGS: '500', SETTLE: '0.3' },
    setupFiles: [fileURLToPath(new URL('mutants-setup.ts', import.meta.url))],
    testTimeout: 20_000,
  },
})
