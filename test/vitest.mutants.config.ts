import { fileURLToPath } from 'node:url'

import { defineConfig } from 'vitest/config'

// What mutants are run against: the tests that are quick enough to be run a thousand times, with fewer random cases.
//
// Two kinds of survivors say little. Words of messages and hints: tests look at codes, and at the words that tell one
// case from another. And tables that a module makes when it is loaded (such as the one in network-disk.ts): Stryker
// switches a mutant on later than that, so that no test can meet it.
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/{archive,backup,model}/**/*.test.ts', 'test/cli/commands/verify.test.ts'],
    env: { FLIPS: '100', LISTINGS: '500' },
    testTimeout: 20_000,
  },
})
