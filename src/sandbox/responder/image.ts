import type { Account } from '../account/account.ts'
import type { SandboxContext } from '../account/request-context.ts'

/** One transparent pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

/** Adds an image to the account's files and returns its id. An image ends with its id, so no two are equal. */
export function makeImage({ ids, clock, behaviour }: SandboxContext, account: Account): string {
  const id = ids.uuid()
  const content = Buffer.concat([PIXEL, Buffer.from(id)])
  const created = Math.floor(clock().getTime() / 1000)
  const metadata = {
    id,
    object: 'file',
    bytes: content.length,
    created_at: created,
    filename: 'image_generated_0.png',
    purpose: 'batch',
    sample_type: 'batch_result',
    num_lines: null,
    mimetype: 'image/png',
    source: 'mistral',
    signature: null,
    expires_at: created + behaviour.generatedFileSeconds,
    visibility: 'user',
    deleted: false,
  }
  account.addFile({ metadata: JSON.stringify(metadata), content })
  return id
}
