import { number } from '../check/validators.ts'
import { invalid, invalidAt } from '../responses/error-responses.ts'

/**
 * Returns the elements of the requested page. The offset is counted in pages of the granted size, not of the requested
 * one.
 */
export function takePage<Element>(
  all: readonly Element[],
  query: URLSearchParams,
  defaultSize: number,
  largest: number,
  overMax: 'clamp' | 'refuse',
): Element[] {
  const page = readInteger(query, 'page', 0, 0)
  const asked = readInteger(query, 'page_size', defaultSize, 1, overMax === 'refuse' ? largest : undefined)
  const size = Math.min(asked, largest)
  return all.slice(page * size, (page + 1) * size)
}

function readInteger(query: URLSearchParams, name: string, byDefault: number, least: number, most?: number) {
  const text = query.get(name)
  if (text === null) return byDefault
  const loc = ['query', name]
  if (!/^-?\d+$/.test(text)) {
    const msg = 'Input should be a valid integer, unable to parse string as an integer'
    throw invalidAt(loc, msg, 'int_parsing')
  }
  const issues = number(least, most)(Number(text), loc)
  if (issues.length > 0) throw invalid(issues)
  return Number(text)
}
