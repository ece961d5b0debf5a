import tseslint from 'typescript-eslint'

/** Which floors each floor may import: downwards only. (Cycles are found by `npm run check:cycles`.) */
const floors = {
  model: [],
  api: ['model'],
  archive: ['model'],
  backup: ['model', 'api', 'archive'],
  export: ['model', 'archive'],
  replay: ['model', 'api', 'archive', 'backup'],
  loopback: [],
  sandbox: ['model', 'api', 'archive', 'loopback'],
  reader: ['model', 'archive', 'export', 'loopback'],
}

/** A third party is named in one place, so that it can be replaced in one place. */
const homes = {
  'src/api/undici-transport.ts': ['undici'],
  'src/api/sse-parser.ts': ['eventsource-parser'],
  'src/archive/sqlite/sqlite.ts': ['better-sqlite3'],
  'src/model/json/json-schema.ts': ['ajv'],
  'src/export/tables/csv-writer.ts': ['csv-stringify'],
  'src/export/tables/parquet-file.ts': ['hyparquet-writer'],
  'src/export/stats/{stats,draw,overview}-chart*.ts': ['vega', 'vega-lite'],
  'src/export/markdown/unsafe-*.ts': ['markdown-it'],
  'src/export/html/message-markup.ts': ['markdown-it'],
  'src/export/html/markup.ts': ['hono'],
  'src/export/html/highlight.ts': ['highlight.js'],
  'src/export/html/text-difference.ts': ['diff'],
  'src/loopback/**/*.ts': ['hono', '@hono/node-server'],
  'src/sandbox/**/*.ts': ['hono', '@hono/node-server'],
  'src/reader/**/*.ts': ['hono', '@hono/node-server'],
  'src/cli/**/*.ts': ['commander', 'picocolors', 'string-width', 'toml-eslint-parser'],
}

const thirdParties = [...new Set(Object.values(homes).flat())]

const homeRule = (files, allowed) => ({
  files,
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: thirdParties
          .filter((name) => !allowed.includes(name))
          .map((name) => ({ group: [`/${name}`, `/${name}/**`], message: `${name} is not at home here.` })),
      },
    ],
  },
})

const importsOf = (floor) => [
  {
    group: [...Object.keys(floors), 'cli']
      .filter((other) => other !== floor && !floors[floor].includes(other))
      .map((other) => `**/${other}/**`),
    message: `${floor} stands on: ${floors[floor].join(', ') || 'nothing'} (and errors.ts).`,
  },
  { group: ['**/index.ts'], message: 'Import the file that has it, not the barrel.' },
]

const floorRules = Object.keys(floors).map((floor) => ({
  files: [`src/${floor}/**/*.ts`],
  rules: {
    'no-restricted-imports': ['error', { patterns: importsOf(floor) }],
    'no-restricted-globals': [
      'error',
      { name: 'process', message: 'Only cli knows the process.' },
      { name: 'console', message: 'Only cli talks to the terminal.' },
    ],
  },
}))

/** Verify judges what plan has made, so neither may use what the other is made of; they share the words for losses. */
const verifyRules = [
  {
    files: ['src/replay/**/*.ts'],
    ignores: ['src/replay/verify-copies.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...importsOf('replay'),
            { group: ['**/verify/**'], message: 'Nothing of verify is at home in plan and run.' },
          ],
        },
      ],
    },
  },
  {
    files: ['src/replay/verify/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...importsOf('replay'),
            {
              regex: '^\\.\\./(?!loss\\.ts$|\\.\\./(?:model|api)/|\\.\\./errors\\.ts$)',
              message: 'Verify shares no code with plan: of replay it knows loss.ts alone.',
            },
          ],
        },
      ],
    },
  },
]

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'fixtures'] },
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: false }],
    },
  },
  { files: ['test/*.config.ts', 'test/support/tally.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['test/**/*.ts'], rules: { 'max-lines': 'off' } },
  ...floorRules,
  ...verifyRules,
  homeRule(['src/**/*.ts'], []),
  ...Object.entries(homes).map(([home, allowed]) => homeRule([home], allowed)),
)
