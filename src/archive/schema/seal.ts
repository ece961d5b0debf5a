import { hash } from 'node:crypto'

/** The columns that a seal covers: all that cannot be derived from other data in the archive. */
export interface SealedRevision {
  readonly conversation: number
  readonly run: number
  readonly stored_at: string
  readonly row: string
  readonly history: string
  readonly tip: number
  readonly length: number
  readonly chain: Uint8Array
  readonly messages: string | null
  readonly messages_tip: number | null
}

/** Hashes a revision, so that decay in any of its columns shows. */
export function sealOf(revision: SealedRevision): Buffer {
  const { conversation, run, stored_at, row, history, tip, length, chain, messages, messages_tip } = revision
  const hex = Buffer.from(chain).toString('hex')
  const parts = [conversation, run, stored_at, row, history, tip, length, hex, messages, messages_tip]
  return hash('sha256', JSON.stringify(parts), 'buffer')
}
