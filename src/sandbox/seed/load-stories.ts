import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { HansardError, messageOf } from '../../errors.ts'
import { parseStory, type Story } from '../account/story.ts'

/** The folder of the stories that come with hansard. */
export const storiesDirectory = fileURLToPath(new URL('../../../fixtures/stories/', import.meta.url))

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
  try {
    JSON.parse(text)
  } catch (cause) {
    throw new HansardError('not-json', `The story ${path} is not valid JSON: ${messageOf(cause)}`, { cause })
  }
  return parseStory(text)
}
