import type { RequestContext } from '../account/request-context.ts'
import type { StoryFile } from '../account/story.ts'
import { missingDetail } from '../responses/error-responses.ts'
import { jsonResponse, type SandboxResponse } from '../responses/sandbox-response.ts'

/** `GET /v1/files/{id}`. */
export function getFile(request: RequestContext): SandboxResponse {
  return jsonResponse(findFile(request).metadata)
}

/** `GET /v1/files/{id}/content`. */
export function getFileContent(request: RequestContext): SandboxResponse {
  return { status: 200, type: 'application/octet-stream', body: findFile(request).content }
}

/** An expired file gives the same 404 as an unknown one. */
function findFile({ account, id }: RequestContext): StoryFile {
  const file = account.findFile(id)
  if (file === undefined) throw missingDetail('No file matches the given query.')
  return file
}
