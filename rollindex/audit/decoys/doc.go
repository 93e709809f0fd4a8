// Package decoys marks the copies of a roll with fictitious voters and tells by
// them whose copy a leak is consistent with. DECOYS.md is its specification: how
// decoys are made, the register they are kept in, the tests, and what each can and
// cannot prove.
//
// [Make] writes a marked copy and enters its decoys in the [Register], a file that is
// encrypted under a key of its own. [Find] reads a leak and judges every registered
// copy. [Screen] recognises decoys in the rows of any file, so that nobody counts
// them. [AppendRelease] keeps the log of who got which copy; there is no decoy in it.
//
// A decoy stands in clear nowhere but in the marked copy. Errors and results name
// files, lines and recipients, never what is in a row.
package decoys
