import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

import { HansardError, messageOf } from '../../errors.ts'
import { isJson } from '../../model/json/parse-json.ts'
import { parseStory, type Story } from '../account/story.ts'
import { describeIssues } from '../describe-issues.ts'

/** Reads every `*.json` in a folder as a story, ordered by file name. */
export async function loadStories(directory: string): Promise<Story[]> {
  const names = await readdir(directory).catch((cause: unknown) => {
    throw new HansardError('file', `Cannot read the stories in ${directory}: ${messageOf(cause)}`, {
      cause,
      hint: 'Name a folder with one story per *.json file.',
    })
  })
  const stories = names.filter((name) => name.endsWith('.json')).sort()
  return Promise.all(stories.map((name) => loadStory(join(directory, name))))
}

async function loadStory(path: string): Promise<Story> {
  const text = await readFile(path, 'utf8')
  if (!isJson(text)) throw new HansardError('not-json', `The story ${path} is not valid JSON`)
  const { error } = storySchema.safeParse(JSON.parse(text))
  if (error === undefined) return parseStory(text)
  throw new HansardError('unexpected-shape', `${path} is not a story: ${describeIssues(error)}`, {
    hint: 'A story looks like a line of `hansard export jsonl`.',
  })
}

/** What a story must have for the sandbox to serve it; entries can be anything. */
const storySchema = z.looseObject({
  conversation: z.looseObject({ id: z.string() }),
  entries: z.array(z.unknown()).optional(),
  messages: z.array(z.unknown()).optional(),
  playground: z.boolean().optional(),
  agents: z.array(z.looseObject({ id: z.string() })).optional(),
  files: z.array(z.object({ metadata: z.looseObject({ id: z.string() }), content: z.base64() })).optional(),
  repeat: z.object({ times: z.int().nonnegative(), entries: z.array(z.unknown()) }).optional(),
})
