import type { Archive } from '../../archive/archive.ts'
import { PageSize } from './page-size.ts'

/** The largest page that is asked for when nothing is known. Other endpoints of the service grant 100 or 1,000. */
export const LARGEST_PAGE = 1000

/** Returns the page size to begin with: the one asked for, or else what the service granted last time, or else the largest. */
export function startingPageSize(archive: Archive, baseUrl: string, asked?: number): PageSize {
  return new PageSize(asked ?? archive.serviceFacts.read(baseUrl, 'page_size', new Date()) ?? LARGEST_PAGE)
}
