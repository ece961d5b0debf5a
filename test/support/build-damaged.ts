/* Creates `fixtures/damaged` again: `npx tsx test/support/build-damaged.ts`. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { damagedArchives } from './damaged-archives.ts'

const folder = join(import.meta.dirname, '../../fixtures/damaged')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
for (const [kind, make] of Object.entries(damagedArchives)) make(join(folder, `${kind}.db`))
