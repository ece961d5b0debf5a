import { defineConfig } from 'vitest/config'

// What mutants are run against: the tests that are quick enough to be run a thousand times.
export default defineConfig({
  test: {
    include: ['test/{archive,backup,model}/**/*.test.ts', 'test/cli/commands/verify.test.ts'],
    env: { FLIPS: '100', LISTINGS: '500' },
    testTimeout: 20_000,
  },
})
