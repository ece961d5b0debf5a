/*
 * Open unions: the API adds values, types and fields without notice, so every union has a member for what is not known
 * yet. These are types only; nothing checks a response against them.
 */

/**
 * A `type` that is none of the known ones. It is a string at run time; to the compiler it equals no literal, so that
 * comparing `type` with a known one selects that member alone. To handle a type that is not listed here, widen it first:
 * `const type: string = entry.type`.
 */
declare enum OtherType {
  any = '',
}
export type { OtherType }

/** An object of a type that is not listed here; its fields are whatever came. */
export interface OtherObject {
  readonly type: OtherType
  readonly [field: string]: unknown
}

/** One of the known values, which editors suggest, or any other string. */
export type OpenString<Known extends string> = Known | (string & Record<never, never>)

/** Free-form JSON of a caller or a tool. Numbers that a double cannot hold are exact in the text of the response only. */
export type FreeObject = Readonly<Record<string, unknown>>
