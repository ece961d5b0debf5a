import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'vitest'

const folder = fileURLToPath(new URL('../../src/cli/schemas/', import.meta.url))
const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true })
/** Other schemas refer to these. */
for (const name of ['backup.json', 'status.json', 'verify.json'])
  ajv.addSchema(JSON.parse(readFileSync(`${folder}${name}`, 'utf8')) as object, name)

/** Names of the JSON Schemas of `--json`, such as `replay-plan`. */
export const schemaNames = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.slice(0, -5))

/** Reads a schema. */
export function readSchema(name: string): object {
  return JSON.parse(readFileSync(`${folder}${name}.json`, 'utf8')) as object
}

/** Expects that every line of `--json` output is valid by a schema; returns the parsed lines. */
export function expectSchema(name: string, output: string): unknown[] {
  const validate = ajv.getSchema(name) ?? ajv.compile({ ...readSchema(name), $id: name })
  const lines = output.split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const value: unknown = JSON.parse(line)
    expect(validate(value) ? [] : validate.errors, `${name}: ${line.slice(0, 500)}`).toEqual([])
    return value
  })
}
