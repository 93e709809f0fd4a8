// Package lookup is the private look-up, "vrx1": the files an operator publishes,
// the messages of a look-up, and the client that asks.
//
//	the person's machine                                     the operator
//
//	Client.Open          ── GET manifest, lists ──────────>  files anyone may mirror
//	  verifies all, against a key it holds on to
//	Offer.Session        ── GET filters (filter mode) ────>  the same
//	Session.Ask
//	  blinds             ── POST evaluate, 4 elements ────>  evaluates blind, under the
//	  verifies the proof, unblinds  <──────────────────────  key of a jurisdiction
//	  looks into the filters, or
//	                     ── GET one bucket (bucket mode) ─>  files anyone may mirror
//	  verifies the bucket, looks into it
//
// Membership is tested on the person's machine. The operator evaluates points
// that say nothing of what they stand for, and never learns an answer.
// PROTOCOL.md beside this file specifies all bytes, limits and errors, exactly
// enough for a second implementation, and says what each party learns; package
// hashing has the keys that are asked.
//
// # Use
//
// [New] makes a [Client] of a [TrustedKey], a [Transport] and a [Cache].
// [Client.Open] fetches what the operator publishes of some jurisdictions;
// [Offer.Filters] and [Offer.Buckets] say what either mode costs and tells, and
// [Offer.Choose] takes one where there is nothing to weigh. [Offer.Session] then
// has the shape of an index: [Session.Search] asks many inputs in filter mode,
// [Session.Ask] all inputs of one person in either mode, with a
// [hashing.Scope] of what could not be asked.
//
// Everything that comes from outside is authenticated, then bounded, then parsed.
// What fails is an error that wraps a [Refused], which says what to do; no answer
// is given then, least of all "not found".
//
// The other side, which makes the files and answers, uses the same formats:
// [BuildFilter], [BuildBucket], [NewTree], [List.Encode], [Manifest.Sign],
// [ParseRequest], [AppendResponse].
//
// # What not to do
//
// Do not ask a person's keys in rounds that depend on answers: who evaluates
// would learn the answers from the rounds. Do not fetch a part of a filter: its
// places are those of the person. Do not ask for a second bucket of a person: two
// name them. Do not take what [Session.Search] yields in filter mode for what a
// record held: a filter knows of the dataset only.
//
// The package is linked into a browser's client: no cgo, no net/http, nothing of
// data/names, and circl only in tests.
package lookup
