import { fileURLToPath } from 'node:url'

import { defineConfig } from 'vitest/config'

/** Tests of functions, which neither change their process nor measure it: their files share loaded modules. */
const light = ['model', 'api', 'archive', 'cli/options', 'replay/rules', 'replay/verify'].map(
  (room) => `test/${room}/**/*.test.ts`,
)
const random = 'test/{model,api,archive,cli/options,replay/rules,replay/verify}/**/*.property.test.ts'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    reporters: ['default', fileURLToPath(new URL('support/tally.ts', import.meta.url))],
    testTimeout: 20_000,
    maxWorkers: 3, // on two cores: many tests wait for processes and time limits
    projects: [
      { extends: true, test: { name: 'light', include: light, exclude: [random], isolate: false } },
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: light } },
      { extends: true, test: { name: 'random', include: [random] } },
    ],
  },
})
