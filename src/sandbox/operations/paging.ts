import { invalidAt } from '../responses/error-responses.ts'

/** The offset of a page, and how many rows it can have. */
export interface PageQuery {
  readonly from: number
  readonly size: number
}

/** Parses page and page_size. The offset is counted in pages of the granted size, not of the requested one. */
export function readPage(
  query: URLSearchParams,
  defaultSize: number,
  largest: number,
  overMax: 'clamp' | 'refuse',
): PageQuery {
  const page = readInteger(query, 'page', 0, 0)
  const asked = readInteger(query, 'page_size', defaultSize, 1)
  if (asked > largest && overMax === 'refuse') {
    throw invalidAt(
      ['query', 'page_size'],
      `Input should be less than or equal to ${largest}`,
      'less_than_equal',
    )
  }
  const size = Math.min(asked, largest)
  return { from: page * size, size }
}

function readInteger(query: URLSearchParams, name: string, byDefault: number, minimum: number): number {
  const text = query.get(name)
  if (text === null) return byDefault
  if (!/^-?\d+$/.test(text)) {
    throw invalidAt(
      ['query', name],
      'Input should be a valid integer, unable to parse string as an integer',
      'int_parsing',
    )
  }
  const value = Number(text)
  if (value < minimum) {
    const msg = `Input should be greater than or equal to ${minimum}`
    throw invalidAt(['query', name], msg, 'greater_than_equal')
  }
  return value
}
