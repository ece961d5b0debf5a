/** Replaces the text of a secret, inside a string or as a whole one. */
export const MARKER = '[redacted by hansard]'

/** Replaces the API key, in whatever the API sent. */
export const KEY_MARKER = '[the API key]'

/** What a member of settings holds, as far as its name tells. */
export type NameMeaning = 'authorization' | 'secret' | 'headers' | 'environment' | undefined

/** The longest name that is looked at; no name of a secret is longer, even written with escapes. */
export const MAX_NAME_LENGTH = 200

/** Says what a name promises, in any letter case and with any of `-`, `_`, `.` between its words. */
export function nameMeaning(name: string): NameMeaning {
  const known = meanings.get(name)
  if (known !== undefined) return known === 'none' ? undefined : known
  const meaning = meaningOfPlain(plainName(name))
  if (meanings.size < CACHED_NAMES && name.length <= MAX_NAME_LENGTH) meanings.set(name, meaning ?? 'none')
  return meaning
}

function meaningOfPlain(plain: string): NameMeaning {
  if (AUTHORIZATION.has(plain)) return 'authorization'
  if (SECRETS.has(plain) || SECRET_ENDINGS.some((ending) => plain.endsWith(ending))) return 'secret'
  if (ENVIRONMENTS.has(plain)) return 'environment'
  return plain.endsWith('headers') ? 'headers' : undefined
}

/** Tells whether a parameter in the query of a URL gives access. */
export function isSecretParameter(name: string): boolean {
  const plain = plainName(name)
  return PARAMETERS.has(plain) || ['authorization', 'secret'].includes(nameMeaning(plain) ?? '')
}

/** A name without letter case and punctuation. */
export function plainName(name: string): string {
  const known = plainNames.get(name)
  if (known !== undefined) return known
  if (name.length > MAX_NAME_LENGTH) return ''
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  if (plainNames.size < CACHED_NAMES) plainNames.set(name, plain)
  return plain
}

/** Names are few and come again in every row. The sender chooses them, so not all are remembered. */
const plainNames = new Map<string, string>()
const meanings = new Map<string, Exclude<NameMeaning, undefined> | 'none'>()
const CACHED_NAMES = 1000

const AUTHORIZATION = new Set([
  ...['authorization', 'proxyauthorization', 'xauthorization', 'authorizationheader', 'authorizations'],
  ...['authentication', 'auth', 'oauth', 'oauth2', 'credential', 'credentials'],
])

/** The variables that an MCP server is started with: any of them can be a token, whatever it is called. */
const ENVIRONMENTS = new Set(['env', 'environment', 'environmentvariables'])

/** `token` alone, not as an ending: `next_token` is the place in a list, and `max_token` a number. */
const SECRETS = new Set([
  'token',
  'idtoken',
  'secret',
  'bearer',
  'jwt',
  'cookie',
  'cookies',
  'passwd',
  'passphrase',
])

const SECRET_ENDINGS = [
  ...['accesstoken', 'refreshtoken', 'authtoken', 'apitoken', 'bearertoken', 'oauthtoken'],
  ...['sessiontoken', 'securitytoken', 'csrftoken', 'apikey', 'accesskey', 'accesskeyid', 'privatekey'],
  ...['secretkey', 'subscriptionkey', 'authkey', 'signingkey', 'clientsecret', 'apisecret', 'sharedsecret'],
  ...['password'],
]

const PARAMETERS = new Set([
  ...['key', 'code', 'sig', 'signature', 'pass', 'pwd', 'assertion', 'xamzsignature', 'xamzcredential'],
])
