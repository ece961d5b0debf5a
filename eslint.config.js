import tseslint from 'typescript-eslint'

/** Which floors each floor may import: downwards only. (Cycles are found by `npm run check:cycles`.) */
const floors = {
  model: [],
  api: ['model'],
  archive: ['model'],
  backup: ['model', 'api', 'archive'],
  export: ['model', 'archive'],
  replay: ['model', 'api', 'archive', 'backup'],
  sandbox: ['model', 'api', 'archive'],
}

/** A third party is named in one place, so that it can be replaced in one place. */
const homes = {
  'src/api/undici-transport.ts': ['undici'],
  'src/api/sse.ts': ['eventsource-parser'],
  'src/archive/sqlite.ts': ['better-sqlite3'],
  'src/sandbox/**/*.ts': ['hono', '@hono/node-server'],
  'src/cli/**/*.ts': ['commander', 'picocolors', 'string-width'],
}

const thirdParties = Object.values(homes).flat()

const homeRule = (files, allowed) => ({
  files,
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: thirdParties
          .filter((name) => !allowed.includes(name))
          .map((name) => ({ group: [name, `${name}/**`], message: `${name} is not at home here.` })),
      },
    ],
  },
})

const floorRules = Object.entries(floors).map(([floor, below]) => ({
  files: [`src/${floor}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: [...Object.keys(floors), 'cli']
              .filter((other) => other !== floor && !below.includes(other))
              .map((other) => `**/${other}/**`),
            message: `${floor} stands on: ${below.join(', ') || 'nothing'} (and errors.ts).`,
          },
          { group: ['**/index.ts'], message: 'Import the file that has it, not the barrel.' },
        ],
      },
    ],
    'no-restricted-globals': [
      'error',
      { name: 'process', message: 'Only cli knows the process.' },
      { name: 'console', message: 'Only cli talks to the terminal.' },
    ],
  },
}))

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
  { files: ['*.config.ts', 'test/support/tally.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['test/**/*.ts'], rules: { 'max-lines': 'off' } },
  ...floorRules,
  homeRule(['src/**/*.ts'], []),
  ...Object.entries(homes).map(([home, allowed]) => homeRule([home], allowed)),
)
