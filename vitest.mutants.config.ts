import { defineConfig } from 'vitest/config'

// What mutants are run against: the tests that are quick enough to be run a thousand times.
export default defineConfig({
  test: { include: ['test/{archive,backup,model}/**/*.test.ts'], testTimeout: 20_000 },
})
