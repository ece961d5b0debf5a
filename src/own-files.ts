import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

// The build bundles src into files of one folder, so only a file directly in src finds its way to other files of the package.

/** The version of hansard, from its package.json. */
export const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string }

/** The folder of the stories that come with hansard. */
export const storiesDirectory = fileURLToPath(new URL('../fixtures/stories/', import.meta.url))

/** The script that starts hansard. */
export const startScript = fileURLToPath(new URL('../bin/hansard.js', import.meta.url))

/** The style sheet of the pages that hansard writes and serves. */
export const siteStyle = fileURLToPath(new URL('../src/export/html/assets/site.css', import.meta.url))

/** The script of these pages, which the build bundles from `src/export/html/browser/`. */
export const siteScript = fileURLToPath(new URL('../dist/site.js', import.meta.url))
