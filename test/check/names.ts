import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'

/**
 * Fails where two source files have the same name: a name stands for one thing, also in a list of search results or
 * editor tabs. A command's file has the name of the command.
 */
const allowed = (path: string) =>
  ['README.md', 'index.ts', 'tsconfig.json'].includes(basename(path)) || path.startsWith('cli/commands/')

const paths = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice('src/'.length))
const placesOf = new Map<string, string[]>()
for (const path of paths.filter((each) => !allowed(each))) {
  placesOf.set(basename(path), [...(placesOf.get(basename(path)) ?? []), path])
}
for (const [name, places] of placesOf) {
  if (places.length === 1) continue
  console.error(`${name} is the name of ${places.length} files: ${places.join(', ')}`)
  process.exitCode = 1
}
