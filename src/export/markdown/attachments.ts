import { plural } from '../../model/plural.ts'
import { oneLine } from '../../model/sanitize-text.ts'
import type { Referred, ReferredFile } from '../pages/referred-files.ts'
import { escapeMarkdown, escapeLabel } from './escape-markdown.ts'
import type { FootnoteScope, PagePart } from './page-parts.ts'
import { safeLink, pathDestination } from './safe-links.ts'

/** Yields what an entry refers to: a link for a URL of the web, a file beside the page, or why the file is not there. */
export function* referredParts(referred: Referred, scope: FootnoteScope): Generator<PagePart> {
  const { what } = referred
  switch (referred.kind) {
    case 'content':
      return yield* attachmentParts(referred, scope)
    case 'address':
      return yield `**${what}:** ${addressLink(referred)}\n\n`
    case 'missing': {
      const { name, state, reason } = referred
      yield `**${what}:** ${escapeMarkdown(name, Infinity)} *(${state}${escapeMarkdown(reason)})*\n\n`
    }
  }
}

function addressLink({ name, url, isSafe }: Referred & { readonly kind: 'address' }): string {
  if (isSafe) return safeLink(name ?? oneLine(url, 100), url)
  return safeLink(name ?? 'not linked', url === '' ? 'no address' : url)
}

function* attachmentParts(file: ReferredFile, scope: FootnoteScope): Generator<PagePart> {
  const { what, name, isPicture } = file
  const path = scope.filePath(file.safeName)
  const link = `[${escapeLabel(name, Infinity)}](${pathDestination(path)})`
  let size = 0
  yield {
    path,
    *bytes() {
      size = 0
      for (const part of file.bytes) {
        size += part.length
        yield part
      }
    },
  }
  if (size === 0) yield `**${what}:** ${link} *(empty: 0 bytes)*\n\n`
  else if (isPicture) yield `!${link}\n\n`
  else yield `**${what}:** ${link} (${plural(size, 'byte')})\n\n`
}
