import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Io } from './io.ts'

/**
 * Opens an address in the browser, by way of a file that only this user can read: others see the arguments of a process, and
 * the address has the token. Call `close` at the end, which removes the file.
 */
export function openBrowser(url: string, io: Io): { close(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'hansard-'))
  const file = join(folder, 'open.html')
  writeFileSync(file, `<!doctype html><meta http-equiv="refresh" content="0; url=${url}">\n`, { mode: 0o600 })
  const [command, ...args] = openers[platform()] ?? ['xdg-open']
  const child = spawn(command, [...args, file], { stdio: 'ignore', detached: true, env: { ...io.env } })
  child.on('error', () =>
    io.stderr.write(`No browser could be started (${command}): open the address yourself.\n`),
  )
  child.unref()
  return { close: () => rmSync(folder, { recursive: true, force: true }) }
}

const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}
