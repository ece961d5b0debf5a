import { copyLinks } from './copy-links.ts'
import { listenToKeys } from './keys.ts'
import { watchArchive } from './newer-data.ts'
import { searchAsTyped } from './search-as-typed.ts'
import { searchInShards } from './search-in-shards.ts'

// A page works without this script. It adds keys, links that copy themselves, search as one types, and a word when there is newer data.
listenToKeys(document)
copyLinks(document)
searchAsTyped(document)
searchInShards(document)
watchArchive(document)
