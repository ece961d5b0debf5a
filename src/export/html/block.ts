import { html, trusted, type Markup } from './markup.ts'
import type { Citation } from './source-scope.ts'

/** A part of an entry that can stand by itself, so that a long entry can be divided between pages. */
export interface Block {
  readonly content: Markup
  /** The sources that it cites. */
  readonly cited?: readonly Citation[]
  /** Where it is folded away; blocks that follow each other in the same fold are joined. */
  readonly fold?: Fold | undefined
}

/** A part of a page that opens when its summary is clicked. */
export interface Fold {
  readonly summary: string
}

/** Joins blocks, each run of them with one fold. */
export function joinBlocks(blocks: readonly Block[]): Markup {
  let made = ''
  for (let i = 0; i < blocks.length;) {
    const fold = blocks[i]?.fold
    const run: string[] = []
    while (i < blocks.length && blocks[i]?.fold === fold) run.push(String(blocks[i++]?.content))
    made += fold === undefined ? run.join('') : folded(fold.summary, trusted(run.join(''))).toString()
  }
  return trusted(made)
}

/** Folds content away under a summary. */
export function folded(summary: string, content: Markup): Markup {
  return html`<details>
    <summary>${summary}</summary>
    ${content}
  </details>
`
}
