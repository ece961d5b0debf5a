/**
 * Returns a function that removes these secrets from texts that the target may have echoed, in their JSON and URL
 * forms too.
 */
export function planScrubber(secrets: readonly (string | undefined)[]): (text: string) => string {
  const known = secrets.filter((secret) => secret !== undefined && secret !== '') as string[]
  const forms = known.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
  ])
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length)
  return (text) => longestFirst.reduce((scrubbed, form) => scrubbed.replaceAll(form, '[a secret]'), text)
}
