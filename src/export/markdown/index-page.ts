import { cutTime, monthOf } from '../../model/instant.ts'
import { plural } from '../../model/plural.ts'
import type { ExportedConversation, OutputFile } from '../format.ts'
import { escapeMarkdown, escapeLabel } from './escape-markdown.ts'
import type { PageFacts } from '../pages/page-facts.ts'
import { pathDestination } from './safe-links.ts'

/** Begins the list of all pages by month. Conversations are added in the order of their creation. */
export async function openIndexPage(file: OutputFile) {
  let lastMonth: string | undefined
  let pages = 0
  await file.write('# Conversations\n\nBy month of creation; all times are UTC.\n')
  return {
    async add(path: string, conversation: ExportedConversation, { title, model }: PageFacts): Promise<void> {
      const { length, createdAt, goneAt } = conversation
      pages++
      const month = createdAt === null ? 'Without a date' : monthOf(createdAt)
      const heading = month === lastMonth ? '' : `\n## ${month}\n\n`
      lastMonth = month
      const facts = [
        model && escapeMarkdown(model, 60),
        plural(length, 'entry'),
        goneAt === null ? undefined : `gone upstream since ${cutTime(goneAt, 'day')}`,
      ]
      const time = createdAt === null ? '' : `${cutTime(createdAt, 'minute')} `
      const link = `[${escapeLabel(title, 100)}](${pathDestination(path)})`
      const about = facts.filter((fact) => fact !== undefined).join(' · ')
      await file.write(`${heading}- ${time}${link} · ${about}\n`)
    },
    async end(): Promise<void> {
      const total = pages === 0 ? 'No conversation was selected' : plural(pages, 'conversation')
      await file.write(`\n${total}.\n`)
      await file.close()
    },
  }
}
