import { startReader } from 'hansard'

const { url, close } = await startReader({ archive: 'hansard.db' })
const response = await fetch(url, { redirect: 'manual' })
console.log(JSON.stringify({ status: response.status, location: response.headers.get('location') }))
await close()
