import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

const MANY = 20_000_000

it.each([
  ['secrets/redact-text.ts', 'redactUnparsed', '"token":"', '\\', MANY],
  ['secrets/redact-text.ts', 'redactUnparsed', '"token"', ' ', MANY],
  ['secrets/redact-text.ts', 'redactUnparsed', 'https://x/?key=', 'a', MANY],
  ['secrets/redact-text.ts', 'redactUnparsed', '{"a":"https://', 'a', MANY],
  ['secrets/redact-text.ts', 'redactUnparsed', 'bearer', ' ', MANY],
  ['search/tokenizer.ts', 'normalizeText', '', 'я', MANY / 4],
])(
  '%s takes any long text where V8 optimizes no pattern: %s of %s%s',
  (file, name, start, rest, count) => {
    // V8 does so in a process that has compiled many patterns.
    const flags = ['--no-regexp-optimization', '--import', 'tsx', '--input-type=module']
    const module = new URL(`../../src/model/${file}`, import.meta.url).href
    const text = `${JSON.stringify(start)} + ${JSON.stringify(rest)}.repeat(${count})`
    const script = `import { ${name} } from ${JSON.stringify(module)}; ${name}(${text})`
    const { status, stderr } = spawnSync(process.execPath, [...flags, '-e', script], { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(status).toBe(0)
  },
  60_000,
)
