import { fileURLToPath } from 'node:url'

import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', fileURLToPath(new URL('support/tally.ts', import.meta.url))],
    testTimeout: 20_000,
    maxWorkers: 4, // on two cores: many tests wait for processes and time limits
    // Files share loaded modules: loading them again for each of 200 files took a fifth of all processor time. So no test
    // may leave anything changed in its process.
    isolate: false,
    unstubEnvs: true,
  },
})
