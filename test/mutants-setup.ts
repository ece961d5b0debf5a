import fc from 'fast-check'

// A mutant is found by the first case that fails. Shrinking it would take longer than all else.
fc.configureGlobal({ endOnFailure: true })
