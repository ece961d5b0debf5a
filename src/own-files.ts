import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

// The build bundles src into files of one folder, so only a file directly in src finds its way to other files of the package.

/** The version of hansard, from its package.json. */
export const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string }

/** The folder of the stories that come with hansard. */
export const storiesDirectory = fileURLToPath(new URL('../fixtures/stories/', import.meta.url))

/** The script that starts hansard. */
export const startScript = fileURLToPath(new URL('../bin/hansard.js', import.meta.url))

/** What the pages that hansard writes and serves share. The build bundles the script from `src/export/html/browser/`. */
export const siteAssets = {
  'site.css': fileURLToPath(new URL('../src/export/html/assets/site.css', import.meta.url)),
  'site.js': fileURLToPath(new URL('../dist/site.js', import.meta.url)),
  'icon.svg': fileURLToPath(new URL('../src/export/html/assets/icon.svg', import.meta.url)),
} as const
