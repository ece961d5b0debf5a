export { HansardError, isHansardError, type ErrorCode, type ErrorFacts } from './errors.ts'
export { lookups, operations, type LookupName, type Operation, type OperationName } from './api/operations.ts'
