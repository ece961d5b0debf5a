import { books } from './books.ts'
import type { Check } from './check.ts'
import { columns } from './columns.ts'
import { conversations } from './conversations.ts'
import { entries } from './entries.ts'
import { files } from './files.ts'
import { links } from './links.ts'
import { messages } from './messages.ts'
import { pages } from './pages.ts'
import { permissions } from './permissions.ts'
import { references } from './references.ts'
import { revisions } from './revisions.ts'
import { schema } from './schema.ts'
import { search } from './search.ts'
import { secrets } from './secrets.ts'

/** Every check of an archive that could be opened, in the order in which they are made. */
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
  permissions,
]
