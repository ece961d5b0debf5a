import type { ConversationsClient } from '../../api/client.ts'
import { parsePage } from '../fetch/parse-response.ts'
import { PageSize } from '../listing/page-size.ts'
import { LARGEST_PAGE } from '../listing/starting-page-size.ts'

/** A page size that the service takes, and how many rows it returns at most, if that is known. */
export interface FoundPageSize {
  readonly size: number
  readonly granted: number | undefined
}

/** Asks for the widest page, and for narrower ones as long as they are refused. */
export async function findPageSize(client: ConversationsClient, signal: AbortSignal): Promise<FoundPageSize> {
  const pageSize = new PageSize(LARGEST_PAGE)
  const rowsOf = async (page: number) =>
    parsePage(await client.list({ page, pageSize: pageSize.size }, { signal })).rows.length
  for (;;) {
    const { size } = pageSize
    try {
      const rows = await rowsOf(0)
      // A page after a short one shows that the first was cut. Where sizes are refused, the first that is taken is granted.
      if (rows === size || size < LARGEST_PAGE) return { size, granted: size }
      return { size, granted: rows > 0 && (await rowsOf(1)) > 0 ? rows : undefined }
    } catch (thrown) {
      if (!pageSize.shrink(thrown, size, true)) throw thrown
    }
  }
}
