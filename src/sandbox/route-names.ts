import { lookups, operations, type LookupName, type OperationName } from '../api/operations.ts'

/** Paths that hansard does not use: tests create agents with them through the official SDK. */
const agentPaths = {
  createAgent: { method: 'POST', path: '/v1/agents' },
  updateAgent: { method: 'PATCH', path: '/v1/agents/{id}' },
  getAgentVersion: { method: 'GET', path: '/v1/agents/{id}/versions/{version}' },
} as const

/** A path of the sandbox, by name. A streaming operation has a name of its own, as in `src/api/operations.ts`. */
export type RouteName = OperationName | LookupName | keyof typeof agentPaths

/** Method and path of each route. */
export const routePaths: Readonly<Record<RouteName, { readonly method: string; readonly path: string }>> = {
  ...operations,
  ...lookups,
  ...agentPaths,
}
