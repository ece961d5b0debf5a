import type { RequestContext } from '../account/request-context.ts'
import type { StoryFile } from '../account/story.ts'
import { missingDetail } from '../replies/error-responses.ts'
import { jsonReply, type Reply } from '../replies/reply.ts'

/** `GET /v1/files/{id}`. */
export function getFile(call: RequestContext): Reply {
  return jsonReply(known(call).metadata)
}

/** `GET /v1/files/{id}/content`. */
export function getFileContent(call: RequestContext): Reply {
  return { status: 200, type: 'application/octet-stream', body: known(call).content }
}

/** A file that has expired is as missing as one that never was. */
function known({ account, id }: RequestContext): StoryFile {
  const file = account.files.get(id)
  if (file === undefined) throw missingDetail('No file matches the given query.')
  return file
}
