// The lower limit: lists and fetches the same bytes, and discards them.
import pLimit from 'p-limit'
import { Agent, request } from 'undici'

const [, , baseUrl, key] = process.argv
const dispatcher = new Agent({ connections: 8 })
const limit = pLimit(8)

async function get(path) {
  const { body } = await request(`${baseUrl}/v1/conversations${path}`, {
    dispatcher,
    headers: { authorization: `Bearer ${key}` },
  })
  return body.arrayBuffer()
}

for (let page = 0; ; page++) {
  const rows = JSON.parse(Buffer.from(await get(`?page=${page}&page_size=100`)).toString())
  if (rows.length === 0) break
  await Promise.all(
    rows.map(({ id }) => limit(() => get(`/${id}/history`).then(() => get(`/${id}/messages`)))),
  )
}
