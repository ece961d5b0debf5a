import { basename, delimiter, dirname, relative, resolve } from 'node:path'

import { shellQuote } from './shell-quote.ts'

/** How a process was started. */
export interface Call {
  /** The first two words of the command line: `node` as it was typed, and the absolute path of the script or link. */
  readonly node: string
  readonly script: string
  /** The value of PATH. */
  readonly path?: string | undefined
  /** The current folder; undefined if it no longer exists. */
  readonly folder?: string | undefined
}

/**
 * Returns how hansard was called, to be copied to a shell: `hansard` if it is installed, also under another name of a
 * link, and `node bin/hansard.js` from a clone.
 */
export function calledAs(call: Call): string {
  const { node, script, folder } = call
  const command = installedName(call)
  if (command !== undefined) return shellQuote(command)
  const place = shortest(script, folder)
  if (isScript(script)) return `${shellQuote(node)} ${shellQuote(place)}`
  return shellQuote(place.includes('/') ? place : `./${place}`)
}

/** Returns the words that start hansard from any folder. */
export function startWords(call: Call, nodePath: string): string[] {
  const command = installedName(call)
  if (command !== undefined) return [command]
  return isScript(call.script) ? [nodePath, call.script] : [call.script]
}

/** Returns the name of the installed command; undefined if it was not called through one. */
function installedName({ script, path = '' }: Call): string | undefined {
  // The launchers that package managers write may start the script itself: those for Windows, and those of pnpm.
  if (isScript(script)) return /[\\/]node_modules[\\/]hansard[\\/]/.test(script) ? 'hansard' : undefined
  const isOnPath = path.split(delimiter).some((each) => each !== '' && resolve(each) === dirname(script))
  return isOnPath ? basename(script) : undefined
}

function isScript(path: string): boolean {
  return /\.[cm]?js$/.test(path)
}

/** Returns a path as seen from a folder, unless its absolute form is shorter. */
function shortest(path: string, folder: string | undefined): string {
  if (folder === undefined) return path
  const seen = relative(folder, path)
  return seen.length < path.length ? seen : path
}
