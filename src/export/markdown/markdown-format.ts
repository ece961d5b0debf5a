import type { Format } from '../format.ts'
import { pathTemplate } from './path-template.ts'

type MarkdownOptions = {
  readonly path?: string
}

const PATH = '{year}/{month}/{day}-{name}'

/** A page a conversation, with its files beside it, and an index of the pages. */
export const markdownFormat: Format<MarkdownOptions> = {
  summary: 'Markdown to read: a page a conversation, and an index',
  options: [
    {
      name: 'path',
      flags: '--path <template>',
      about: 'where a page goes, of {year}, {month}, {day} (in UTC), {name}, {id} and {model}',
      default: PATH,
      parse: (template) => {
        pathTemplate(template)
        return template
      },
    },
  ],
  shape: () => 'folder',
  canStream: () => false,
  async open(context, { path = PATH }) {
    const pathOf = pathTemplate(path)
    const { MarkdownWriter } = await import('./markdown-writer.ts')
    return new MarkdownWriter(context, pathOf)
  },
}
