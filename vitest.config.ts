import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/support/tally.ts'],
    testTimeout: 20_000,
    maxWorkers: 3, // on two cores: many tests wait for processes and time limits
  },
})
