import { posix } from 'node:path'

import { excludeOnError, allOrNothing } from '../exclusion.ts'
import type { ExportContext, Writer } from '../format.ts'
import type { PathFacts } from '../output/path-template.ts'
import { factsOf } from '../pages/page-facts.ts'
import { openIndexPage } from './index-page.ts'
import type { PagePart } from './page-parts.ts'
import { pageParts } from './page.ts'

/** Writes the pages one after the other, each with its files, and an index. */
export async function markdownWriter(
  { archive: { dependencies }, files }: ExportContext,
  pathOf: (facts: PathFacts) => string,
): Promise<Writer> {
  const index = await openIndexPage(await files.create('index.md'))
  return {
    async write(conversation) {
      const { facts, path } = excludeOnError(() => {
        const facts = factsOf(conversation, dependencies)
        const { id, createdAt } = conversation
        return { facts, path: pathOf({ id, createdAt, title: facts.title, model: facts.model }) }
      })
      const folder = `${posix.basename(path)}.files`
      const parts = allOrNothing(() => pageParts(conversation, facts, folder, dependencies), sizeOf)
      const first = parts.next()
      const page = await files.create(`${path}.md`)
      for (let part = first; part.done !== true; part = parts.next()) {
        if (typeof part.value === 'string') {
          await page.write(part.value)
          continue
        }
        const attachment = await files.create(posix.join(posix.dirname(path), part.value.path))
        for (const bytes of part.value.bytes()) await attachment.write(bytes)
        await attachment.close()
      }
      await page.close()
      await index.add(`${path}.md`, conversation, facts)
    },
    end: () => index.end(),
  }
}

/** Reads the bytes of a file, since the next part of the page tells their number. */
function sizeOf(part: PagePart): number {
  if (typeof part === 'string') return part.length
  let size = 0
  for (const bytes of part.bytes()) size += bytes.length
  return size
}
