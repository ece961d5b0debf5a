import { posix } from 'node:path'

import { displayText } from '../../model/entries/fields.ts'
import { titleOf } from '../conversation-title.ts'
import { excludeOnError, allOrNothing } from '../exclusion.ts'
import type { ExportContext, ExportedConversation, Writer } from '../format.ts'
import type { PathFacts } from '../output/path-template.ts'
import { IndexPage } from './index-page.ts'
import type { Attachment, PagePart } from './page-parts.ts'
import { agentOf, pageParts } from './page.ts'

/** Writes the pages one after the other, each with its files, and an index. */
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
    const { length, createdAt, goneAt } = conversation
    const { title, model, path } = excludeOnError(() => this.#factsOf(conversation))
    const folder = `${posix.basename(path)}.files`
    const { dependencies, files } = this.#context
    const parts = allOrNothing(() => pageParts(conversation, { title, folder }, dependencies), sizeOf)
    const first = parts.next()
    const page = await files.create(`${path}.md`)
    for (let part = first; part.done !== true; part = parts.next()) {
      if (typeof part.value === 'string') await page.write(part.value)
      else await this.#attach(posix.dirname(path), part.value)
    }
    await page.close()
    await this.#index?.add({ path: `${path}.md`, title, model, createdAt, entries: length, goneAt })
  }

  #factsOf(conversation: ExportedConversation): {
    readonly title: string
    readonly model: string | undefined
    readonly path: string
  } {
    const { id, row, createdAt } = conversation
    const title = titleOf(conversation)
    const agent = agentOf(conversation, this.#context.dependencies)
    const model = displayText(row.fields.get('model')) ?? displayText(agent?.fields.get('model'))
    return { title, model, path: this.#pathOf({ id, title, model, createdAt }) }
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

/** Reads the bytes of a file, since the next part of the page tells their number. */
function sizeOf(part: PagePart): number {
  if (typeof part === 'string') return part.length
  let size = 0
  for (const bytes of part.bytes()) size += bytes.length
  return size
}
