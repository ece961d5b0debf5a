/** Replaces a secret, as a whole string or inside one. */
export const MARKER = '[redacted by hansard]'

/** Replaces the API key in whatever the API sent. */
export const KEY_MARKER = '[the API key]'

/** What the name of a member of settings tells about its value. */
export type NameMeaning = 'authorization' | 'secret' | 'headers' | 'environment' | undefined

/** Longer names are not examined: no name of a secret is longer, even with escapes. */
export const MAX_NAME_LENGTH = 200

/** Returns what a name tells about its value, ignoring letter case and punctuation. */
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

/** Tells whether the value of a member of settings is a secret, or an object with secrets. */
export function isSecretName(name: string): boolean {
  return ['authorization', 'secret'].includes(nameMeaning(name) ?? '')
}

/** Tells whether a query parameter grants access. */
export function isSecretParameter(name: string): boolean {
  const plain = plainName(name)
  return PARAMETERS.has(plain) || isSecretName(plain)
}

/** Returns a name in lower case, without punctuation. */
export function plainName(name: string): string {
  const known = plainNames.get(name)
  if (known !== undefined) return known
  if (name.length > MAX_NAME_LENGTH) return ''
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  if (plainNames.size < CACHED_NAMES) plainNames.set(name, plain)
  return plain
}

/** Caches: names are few and repeat in every row. The size is limited because the sender chooses them. */
const plainNames = new Map<string, string>()
const meanings = new Map<string, Exclude<NameMeaning, undefined> | 'none'>()
const CACHED_NAMES = 1000

const AUTHORIZATION = new Set([
  ...['authorization', 'proxyauthorization', 'xauthorization', 'authorizationheader', 'authorizations'],
  ...['authentication', 'auth', 'oauth', 'oauth2', 'credential', 'credentials'],
])

/** The environment of an MCP server: any of its variables may be a token, whatever its name. */
const ENVIRONMENTS = new Set(['env', 'environment', 'environmentvariables'])

/** `token` counts only as a whole name: `next_token` is a cursor, and `max_token` a number. */
const SECRETS = new Set([
  ...['token', 'idtoken', 'secret', 'bearer', 'jwt', 'cookie', 'cookies', 'passwd', 'passphrase'],
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
