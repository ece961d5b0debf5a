import { posix } from 'node:path'

import type { ExportContext, ExportedConversation, Writer } from '../format.ts'
import { IndexPage } from './index-page.ts'
import { agentOf, pageParts } from './page.ts'
import type { Attachment } from './parts.ts'
import type { PathFacts } from './path-template.ts'
import { wordsOf } from './plain-text.ts'
import { titleOf } from './title.ts'

/** Writes the pages one after the other, each with its files, and the index beside them. */
export class MarkdownWriter implements Writer {
  readonly #context: ExportContext
  readonly #pathOf: (facts: PathFacts) => string
  #index: IndexPage | undefined

  constructor(context: ExportContext, pathOf: (facts: PathFacts) => string) {
    this.#context = context
    this.#pathOf = pathOf
  }

  async begin(): Promise<void> {
    this.#index = new IndexPage(await this.#context.files.create('index.md'))
    await this.#index.begin()
  }

  async write(conversation: ExportedConversation): Promise<void> {
    const { files, dependencies } = this.#context
    const { id, row, length, createdAt, goneAt } = conversation
    const title = titleOf(conversation)
    const agent = agentOf(conversation, dependencies)
    const model = wordsOf(row.value['model']) ?? wordsOf(agent?.facts['model'])
    const path = this.#pathOf({ id, title, model, createdAt })
    const page = await files.create(`${path}.md`)
    const folder = `${posix.basename(path)}.files`
    for (const part of pageParts(conversation, { title, folder }, dependencies)) {
      if (typeof part === 'string') await page.write(part)
      else await this.#attach(posix.dirname(path), part)
    }
    await page.close()
    await this.#index?.add({ path: `${path}.md`, title, model, createdAt, entries: length, goneAt })
  }

  async end(): Promise<void> {
    await this.#index?.end()
  }

  async #attach(beside: string, { path, bytes }: Attachment): Promise<void> {
    const file = await this.#context.files.create(posix.join(beside, path))
    for (const part of bytes()) await file.write(part)
    await file.close()
  }
}
