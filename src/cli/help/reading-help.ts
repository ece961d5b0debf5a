/** What the help of `show` says after its options. */
export const SHOWING = `
Entries are numbered from 0, as search, exports and views number them. --entry 12
shows entry 12 and all after it, --entry 12-20 only these, --entry 12-12 one.
On a terminal, lines are wrapped at words; a pipe gets them as they are.`

/** What the help of `search` says after its options. */
export const SEARCHING = `
A conversation matches if it contains all the words, in one entry or in several.
The name, description, instructions and metadata are searched too. Case and
accents are ignored. In scripts without spaces between words, and in Korean, any
sequence of characters is found. Quote the query for your shell:
  hansard search 'why rivers "oxbow lake" meand* -delta'

ENTRY is the number of the best matching entry, from 0. To read on from there:
  hansard show ID --entry N`
