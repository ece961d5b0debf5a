/** A bar for a share of a whole, from 0 to 1, in terminal cells. What is not nothing has at least a trace of a bar. */
export type Bar = (share: number, cells: number) => string

/** Chooses bars of blocks, in steps of an eighth of a cell, or of `#` where the terminal may not show blocks. */
export function barFor(env: Readonly<Record<string, string | undefined>>): Bar {
  return showsBlocks(env) ? blockBar : plainBar
}

/** A terminal shows blocks if its locale is UTF-8, by the variables that the C library reads, in their order. */
function showsBlocks(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''
  return env['TERM'] !== 'dumb' && /utf-?8/i.test(locale)
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

function blockBar(share: number, cells: number): string {
  const eighths = share > 0 ? Math.max(1, Math.round(share * cells * 8)) : 0
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '')
}

function plainBar(share: number, cells: number): string {
  return '#'.repeat(share > 0 ? Math.max(1, Math.round(share * cells)) : 0)
}
