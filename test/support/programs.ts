import { spawnSync } from 'node:child_process'

/** Tells whether programs of the system are there; tests that need others are skipped, and named so. */
export function hasPrograms(...names: readonly string[]): boolean {
  return names.every((name) => spawnSync(name, ['--version']).error === undefined)
}
