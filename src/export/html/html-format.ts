import type { Format } from '../format.ts'

/** Pages for a browser: a folder of them, or one conversation as one file. */
export const htmlFormat: Format<object> = {
  summary: 'pages for a browser, in a folder; or one conversation in one file',
  options: [],
  notes: `With --id ID and an --output that ends with .html, one conversation becomes one file to send.`,
  folder: { holds: 'a page for each conversation', instead: 'use --id and a name that ends with .html' },
  shape: (_, path) => (/\.html?$/i.test(path) ? 'file' : 'folder'),
  canStream: () => true,
  async open(context) {
    if (context.shape === 'file') return (await import('./page-alone.ts')).pageWriter(context)
    return (await import('./site-writer.ts')).siteWriter(context)
  },
}
