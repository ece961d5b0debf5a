import { cutTime, monthOf } from '../../model/instant.ts'
import { plural } from '../../model/plural.ts'
import type { OutputFile } from '../format.ts'
import { escapeMarkdown, escapeLabel } from './escape-markdown.ts'
import { pathDestination } from './safe-links.ts'

/** A line of the index. */
export interface IndexLine {
  readonly path: string
  readonly title: string
  readonly model: string | undefined
  readonly createdAt: string | null
  readonly entries: number
  readonly goneAt: string | null
}

/** Writes the list of all pages by month. Conversations come in the order of their creation. */
export class IndexPage {
  readonly #file: OutputFile
  #month: string | undefined
  #pages = 0

  constructor(file: OutputFile) {
    this.#file = file
  }

  async begin(): Promise<void> {
    await this.#file.write('# Conversations\n\nBy month of creation; all times are UTC.\n')
  }

  async add({ path, title, model, createdAt, entries, goneAt }: IndexLine): Promise<void> {
    this.#pages++
    const month = createdAt === null ? 'Without a date' : monthOf(createdAt)
    const heading = month === this.#month ? '' : `\n## ${month}\n\n`
    this.#month = month
    const facts = [
      model && escapeMarkdown(model, 60),
      plural(entries, 'entry'),
      goneAt === null ? undefined : `gone upstream since ${cutTime(goneAt, 'day')}`,
    ]
    const time = createdAt === null ? '' : `${cutTime(createdAt, 'minute')} `
    const about = facts.filter((fact) => fact !== undefined).join(' · ')
    await this.#file.write(
      `${heading}- ${time}[${escapeLabel(title, 100)}](${pathDestination(path)}) · ${about}\n`,
    )
  }

  async end(): Promise<void> {
    const total = this.#pages === 0 ? 'No conversation was selected' : plural(this.#pages, 'conversation')
    await this.#file.write(`\n${total}.\n`)
    await this.#file.close()
  }
}
