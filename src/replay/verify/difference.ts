import type { CopyDifference } from './certificate.ts'

/** Characters to show before and after the first difference. */
const [BEFORE, AFTER] = [30, 90]

/** Makes a difference, of a whole entry unless `more` says which part. */
export function difference(
  position: number | null,
  kind: CopyDifference['kind'],
  detail: string,
  more: Partial<Pick<CopyDifference, 'path' | 'expected' | 'found'>> = {},
): CopyDifference {
  return { position, path: '', kind, detail, expected: null, found: null, ...more }
}

/** Cuts two texts around their first difference. */
export function excerpts(
  expected: string | undefined,
  found: string | undefined,
): Pick<CopyDifference, 'expected' | 'found'> {
  const [one, other] = [expected ?? '', found ?? '']
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  return {
    expected: expected === undefined ? null : cut(one, at),
    found: found === undefined ? null : cut(other, at),
  }
}

function cut(text: string, at: number): string {
  const start = Math.max(0, at - BEFORE)
  const end = at + AFTER
  return `${start === 0 ? '' : '…'}${text.slice(start, end)}${end < text.length ? '…' : ''}`
}
