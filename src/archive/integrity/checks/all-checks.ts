import { books } from './books-check.ts'
import type { Check } from './check.ts'
import { columns } from './columns-check.ts'
import { conversations } from './conversations-check.ts'
import { entries } from './entries-check.ts'
import { files } from './files-check.ts'
import { forgotten } from './forgotten-check.ts'
import { links } from './links-check.ts'
import { messages } from './messages-check.ts'
import { pages } from './pages-check.ts'
import { permissions } from './permissions-check.ts'
import { references } from './references-check.ts'
import { revisions } from './revisions-check.ts'
import { schema } from './schema-check.ts'
import { search } from './search-check.ts'
import { secrets } from './secrets-check.ts'

/** All checks of an archive that could be opened, in the order in which they run. */
export const checks: readonly Check[] = [
  pages,
  schema,
  references,
  entries,
  links,
  revisions,
  conversations,
  columns,
  messages,
  files,
  search,
  secrets,
  books,
  forgotten,
  permissions,
]
