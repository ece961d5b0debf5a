import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

import type { OutputFile, OutputFiles } from '../format.ts'
import { JsonValue } from '../json-value.ts'

/** Compresses every file. The header of a file has no time, so the same content gives the same bytes. */
export function gzipFiles(files: OutputFiles): OutputFiles {
  return { create: async (path) => gzipFile(await files.create(path)) }
}

function gzipFile(file: OutputFile): OutputFile {
  const gzip = createGzip()
  const copied = copy(gzip, file)
  copied.catch((thrown: Error) => gzip.destroy(thrown))
  return {
    write: (part) =>
      gzip.write(part instanceof JsonValue ? part.stored : part) ? undefined : drained(gzip, copied),
    close: async () => {
      gzip.end()
      await Promise.all([copied, finished(gzip)])
      await file.close()
    },
  }
}

async function copy(gzip: AsyncIterable<Uint8Array>, file: OutputFile): Promise<void> {
  for await (const chunk of gzip) await file.write(chunk)
}

/** Waits until there is room again, or throws if writing the compressed data failed. */
async function drained(gzip: NodeJS.EventEmitter, copied: Promise<void>): Promise<void> {
  await Promise.race([once(gzip, 'drain'), copied])
}
