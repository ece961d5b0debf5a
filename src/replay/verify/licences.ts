import type { Loss, LossKind } from '../loss.ts'
import { complaintAboutAddition, isAddition } from './added-answers.ts'
import type { Replayed } from './certificate.ts'
import { chunkLicences } from './chunk-licences.ts'
import { entryLicences } from './entry-licences.ts'
import { pathOf, textAt, type Path } from './path.ts'
import { quotes } from './quotes.ts'
import { stringMember } from './texts.ts'
import type { Tree } from './tree.ts'

/** What a loss of an entry is judged by. */
export interface Place {
  /** The archived text of the entry; undefined beyond the end of the history. */
  readonly text: string | undefined
  /** The whole history. */
  readonly entries: readonly string[]
  readonly mode: Replayed['mode']
  /** The entry with the losses before this one. */
  readonly sent: Tree | undefined
}

/** Says of a loss of its kind what is wrong with it; undefined where it is what its kind says. */
export type Licence = (loss: Loss, place: Place & { readonly path: Path }) => string | undefined

/**
 * Says what is wrong with a declared loss: it must quote what stood at its place, and may only do what its kind says. So a
 * word can't be lost by calling it something else.
 */
export function complaintAbout(loss: Loss, place: Place): string | undefined {
  const path = pathOf(loss.path)
  if (path === undefined) return 'its path leads nowhere'
  if (loss.id !== (stringMember(place.text ?? '{}', 'id') ?? null)) return 'it names another entry'
  if (isAddition(loss)) return complaintAboutAddition(loss)
  const there = place.text === undefined ? undefined : textAt(place.text, path)
  if (!quotes(loss.before, there)) return 'it quotes what does not stand there'
  const licence = licences[loss.kind]
  return licence === undefined ? 'it is none of an entry' : licence(loss, { ...place, path })
}

const licences: Readonly<Partial<Record<LossKind, Licence>>> = { ...entryLicences, ...chunkLicences }
