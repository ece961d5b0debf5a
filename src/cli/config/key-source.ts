/** Where an API key comes from. The key itself is never on a command line or in a configuration. */
export type KeySource =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'command'
      readonly command: string | readonly string[]
      readonly timeoutSeconds: number
    }
