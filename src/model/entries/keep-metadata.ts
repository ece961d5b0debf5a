import { member } from '../json/json-text.ts'

/**
 * Adds to the text of a row the metadata that an older one had and this one lacks: metadata is fixed at start, so an
 * answer without it has only left it out. Both texts are compact.
 */
export function keepMetadata(older: string, newer: string): string {
  const kept = metadataOf(older)
  if (kept === undefined || kept.value === 'null') return newer
  const current = member(newer, 'metadata')
  if (current === undefined) return `${newer.slice(0, -1)},"metadata":${kept.value}}`
  if (current.value !== 'null') return newer
  return newer.slice(0, current.start) + kept.value + newer.slice(current.end)
}

/** A row that has decayed in the archive has none to give. */
function metadataOf(row: string): ReturnType<typeof member> {
  try {
    return member(row, 'metadata')
  } catch {
    return undefined
  }
}
