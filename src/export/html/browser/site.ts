import { listenToKeys } from './keys.ts'
import { watchArchive } from './newer-data.ts'
import { searchAsTyped } from './search-as-typed.ts'

// A page works without this script. It adds keys, search as one types, and a word when there is newer data.
listenToKeys(document)
searchAsTyped(document)
watchArchive(document)
