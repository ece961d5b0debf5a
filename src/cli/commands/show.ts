import pc from 'picocolors'

import { openArchive } from '../../archive/archive.ts'
import { HansardError } from '../../errors.ts'
import { lineOfConversation } from '../../export/jsonl.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import type { GlobalOptions, Io } from '../io.ts'
import { jsonFor, write } from '../output.ts'
import { transcript } from '../transcript.ts'

export interface ShowCommandOptions extends GlobalOptions {
  readonly id: string
}

/** `hansard show ID`: a transcript for people; with --json the line that `export jsonl` writes. */
export async function showCommand(options: ShowCommandOptions, io: Io): Promise<ExitCode> {
  const archive = openArchive(options.archive)
  try {
    const conversation = archive.conversations.read(options.id)
    if (conversation === undefined) {
      throw new HansardError('usage', `The archive holds no conversation ${JSON.stringify(options.id)}`, {
        hint: 'See `hansard list` for what it holds; ids begin with conv_.',
      })
    }
    const colors = pc.createColors(io.stdout.isTTY === true && (io.env['NO_COLOR'] ?? '') === '')
    const parts = options.json === true ? lineOfConversation(conversation) : transcript(conversation, colors)
    for (const part of parts) await write(io.stdout, options.json === true ? jsonFor(io.stdout, part) : part)
    return exitCodes.done
  } finally {
    archive.close()
  }
}
