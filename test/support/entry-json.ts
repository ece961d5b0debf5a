import fc from 'fast-check'

/**
 * Entries as JSON text, in every known form and others, whose strings and numbers are all different: what a view
 * must show can be derived from them without the code that reads them.
 */
export interface GeneratedEntry {
  readonly json: string
  /** Every string and number as a reader sees it, with its path of keys. */
  readonly leaves: readonly Leaf[]
}

export interface Leaf {
  readonly path: readonly string[]
  readonly said: string
}

type Tree =
  | { readonly leaf: 'string' | 'number'; readonly said: string }
  | { readonly array: readonly Tree[] }
  | { readonly object: Readonly<Record<string, Tree>> }

const text: fc.Arbitrary<Tree> = fc
  .tuple(fc.nat(), fc.constantFrom('', ' and more', 'ü', '日本', '😀'))
  .map(([n, more]) => ({ leaf: 'string', said: `w${n}${more}` }))

/** Numbers that a double cannot represent, or would format differently. */
const number: fc.Arbitrary<Tree> = fc
  .tuple(
    fc.bigInt({ min: 10n ** 18n, max: 10n ** 30n }),
    fc.constantFrom('', '.10', '.0', 'e5', 'E-7', '.500'),
    fc.boolean(),
  )
  .map(([digits, end, isNegative]) => ({ leaf: 'number', said: `${isNegative ? '-' : ''}${digits}${end}` }))

const { value } = fc.letrec<{ value: Tree; array: Tree; object: Tree }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, text, number, tie('array'), tie('object')),
  array: fc.array(tie('value'), { maxLength: 3 }).map((array) => ({ array })),
  object: fc
    .dictionary(fc.constantFrom('a', 'url', 'code', 'text', 'type', 'toString', '__proto__'), tie('value'), {
      maxKeys: 3,
      noNullPrototype: false,
    })
    .map((object) => ({ object })),
}))

const type = (name: string): fc.Arbitrary<Tree> => fc.constant({ leaf: 'string', said: name })

/** Members that can be missing, valid, or anything, and one that is unknown. */
function object(known: Readonly<Record<string, fc.Arbitrary<Tree>>>, name?: string): fc.Arbitrary<Tree> {
  const members = Object.entries(known).map(
    ([key, right]) => [key, fc.oneof({ weight: 4, arbitrary: right }, value)] as const,
  )
  const all: Record<string, fc.Arbitrary<Tree>> = Object.fromEntries([
    ...members,
    ['surprise', value] as const,
  ])
  return fc
    .record(all, { requiredKeys: [] })
    .chain((filled) =>
      name === undefined
        ? fc.constant(filled as Record<string, Tree>)
        : type(name).map((own): Record<string, Tree> => ({ type: own, ...filled }) as Record<string, Tree>),
    )
    .map((members) => ({ object: members }))
}

const plainChunks = [
  object({ text }, 'text'),
  object({ image_url: fc.oneof(text, object({ url: text })) }, 'image_url'),
  object({ document_url: text, document_name: text }, 'document_url'),
  object({ tool: text, file_id: text, file_name: text, file_type: text }, 'tool_file'),
  object({ tool: text, title: text, url: text, description: text, favicon: text }, 'tool_reference'),
  object({ reference_ids: fc.array(fc.oneof(text, number)).map((array) => ({ array })) }, 'reference'),
  object({ depth: value }, 'hologram'),
  text,
  value,
]

const plainContent: fc.Arbitrary<Tree> = fc.oneof(
  text,
  fc.array(fc.oneof(...plainChunks), { maxLength: 4 }).map((array) => ({ array })),
)
const thinking = object({ thinking: plainContent, signature: text }, 'thinking')
const content: fc.Arbitrary<Tree> = fc.oneof(
  text,
  fc.array(fc.oneof(...plainChunks, thinking), { maxLength: 4 }).map((array) => ({ array })),
)

const common = {
  object: type('entry'),
  id: text,
  created_at: text,
  completed_at: text,
  agent_id: text,
  model: text,
}

const entry = fc.oneof(
  object({ ...common, role: text, content }, 'message.input'),
  object({ ...common, role: text, content }, 'message.output'),
  object(
    {
      ...common,
      name: text,
      arguments: value,
      function: value,
      info: object({ code: text, code_output: text }),
    },
    'tool.execution',
  ),
  object(
    { ...common, name: text, tool_call_id: text, arguments: value, confirmation_status: text },
    'function.call',
  ),
  object({ ...common, tool_call_id: text, result: value }, 'function.result'),
  object({ ...common, agent_name: text, previous_agent_name: text, next_agent_id: text }, 'agent.handoff'),
  object({ ...common, agent_name: text }, 'agent.handoff'),
  object({ fact: value }, 'memory.recall'),
)

export const generatedEntry: fc.Arbitrary<GeneratedEntry> = entry.map((tree) => ({
  json: jsonOf(tree),
  leaves: [...leavesOf(tree, [])],
}))

function jsonOf(tree: Tree): string {
  if ('leaf' in tree) return tree.leaf === 'string' ? JSON.stringify(tree.said) : tree.said
  if ('array' in tree) return `[${tree.array.map(jsonOf).join(',')}]`
  return `{${Object.entries(tree.object)
    .map(([key, member]) => `${JSON.stringify(key)}:${jsonOf(member)}`)
    .join(',')}}`
}

function* leavesOf(tree: Tree, path: readonly string[]): Generator<Leaf> {
  if ('leaf' in tree) yield { path, said: tree.said }
  else if ('array' in tree) for (const member of tree.array) yield* leavesOf(member, path)
  else for (const [key, member] of Object.entries(tree.object)) yield* leavesOf(member, [...path, key])
}
