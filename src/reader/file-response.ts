import { Readable } from 'node:stream'

import type { ReferredFile } from '../export/pages/referred-files.ts'

/** Sends a file of an entry. Only a picture is shown by the browser; anything else is saved without looking into it. */
export function fileResponse({ isPicture, type, safeName, bytes }: ReferredFile): Response {
  const name = encodeURIComponent(safeName)
  const disposition = `${isPicture ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`
  const body = Readable.toWeb(Readable.from(bytes)) as ReadableStream
  return new Response(body, { headers: { 'content-type': type, 'content-disposition': disposition } })
}
