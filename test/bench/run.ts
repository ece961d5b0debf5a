import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { benchBackup, type WithSandbox } from './backup.ts'
import { benchExports } from './exports.ts'
import { benchLatencies } from './latency.ts'
import { benchRateLimit } from './rate-limit.ts'
import { benchReplay } from './replay.ts'
import { machine, Results, toTable } from './results.ts'
import { benchSearch } from './search.ts'

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'string' }, table: { type: 'string' } },
})
const isQuick = values.quick === true
const folder = mkdtempSync(join(tmpdir(), 'hansard-bench-'))
const results = new Results({ hasGoals: !isQuick })
let made = 0
const newFile = () => join(folder, `${made++}.db`)

const withSandbox: WithSandbox = async (options, work) => {
  const script = fileURLToPath(new URL('sandbox-process.ts', import.meta.url))
  const child = fork(script, [JSON.stringify(options)])
  try {
    const [url] = (await once(child, 'message')) as [string]
    return await work(url)
  } finally {
    child.kill()
  }
}

try {
  console.log(
    Object.entries(machine())
      .map(([name, value]) => `${name} ${value}`)
      .join(' · '),
  )
  await benchBackup({ results, withSandbox, newFile, isQuick })
  await benchRateLimit(results, isQuick, newFile)
  benchSearch(results, newFile(), isQuick ? 2000 : 100_000)
  await benchLatencies(results, newFile(), isQuick)
  await benchExports(results, isQuick, folder)
  await benchReplay(results, isQuick, folder, withSandbox)
  if (values.table !== undefined) writeFileSync(values.table, toTable(results.figures))
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
