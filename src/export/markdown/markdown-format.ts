import type { Format } from '../format.ts'
import { pathTemplate } from '../output/path-template.ts'

type MarkdownOptions = {
  readonly path?: string
}

const PATH = '{year}/{month}/{day}-{name}'

/** One page for each conversation, with its files beside it, and an index of the pages. */
export const markdownFormat: Format<MarkdownOptions> = {
  summary: 'Markdown to read: one page for each conversation, and an index',
  options: [
    {
      name: 'path',
      flags: '--path <template>',
      about: 'template of page paths',
      default: PATH,
      parse: (template) => {
        pathTemplate(template)
        return template
      },
    },
  ],
  notes: `Placeholders of --path: {year}, {month} and {day} of creation (UTC), {name}, {id} and {model}.`,
  folder: { holds: 'a page for each conversation' },
  shape: () => 'folder',
  canStream: () => false,
  async open(context, { path = PATH }) {
    const pathOf = pathTemplate(path)
    const { markdownWriter } = await import('./markdown-writer.ts')
    return markdownWriter(context, pathOf)
  },
}
