// Package hashing turns what a roll or a person says into match keys, and match
// keys into the entries of an index that can be read only with a secret key.
//
//	a row of a roll ─┐                                      one HMAC a key      one AES block a dataset
//	                 ├─> Details ──AppendKey──> x ──Hasher.Sum──> y ──Entries.Seal──> tag, pad
//	a person's words ┘   canonical             hashed            keyed               found in the index,
//	                     fields                input             output              opens its mask
//
// [Details] is the canonical form, version rc1: setters take bytes as they come
// and leave a field empty when nothing usable is in them. [Details.AppendKey]
// joins the fields of a match key ([KeyType]) to its hashed input x. A [PRF] is
// the keyed function of one index, made of its [Key] and its [Salt]; its
// [Hasher] gives y, which depends on no dataset, and its [Entries] give the
// [Tag] and the pad over the [Mask] of one dataset. CANONICAL.md specifies all
// of it, exactly enough for a second implementation.
//
// # What is learnt by whom
//
// Voter details are few and public enough to be listed: at 120 ns a guess, every
// person on a roll is tried in seconds. Nothing here rests on a hash being hard
// to turn round; all of it rests on the key.
//
// Who steals an index, with its salt and without its key, learns how many
// entries each dataset has, its columns and its title, and nothing of anybody.
// Tags of two datasets, or of two ingests of one, do not join, so not even how
// many people two datasets share.
//
// Who steals the key as well can ask for anybody, and for everybody on a public
// roll: it is as if they had the names in the index and, by the masks, which
// kinds of field each record held. They still do not learn what the fields said,
// as it is not there: a phone number is confirmed by guessing it, not read.
//
// Who holds only the key learns nothing. So the key must not lie in the index,
// nor beside it by habit; package keyfile keeps it.
//
// # What not to do
//
// Do not store x, an unkeyed hash of it, or y. Do not serve look-ups by address
// or telephone to strangers, whose guesses they would confirm. Do not put
// spellings (nicknames, former surnames) into an index: they are tried on the
// query side, where their number is known and can be answered for.
//
// # Compatibility
//
// The version is the first thing in every hashed input. The rules of rc1 never
// change, nor do the numbers of key types and of kinds of field; a better rule
// is a new version with vectors of its own, beside this one. The package has no
// storage, no file layouts and no cgo, so that browsers run the same code.
package hashing
