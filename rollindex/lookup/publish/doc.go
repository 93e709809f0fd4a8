// Package publish makes of a served index the directory that an operator
// publishes: files that any web server, object store or mirror serves as they
// are, and a signed manifest that names them all. PROTOCOL.md beside package
// lookup says what each of them is.
//
//	DIR/v1/manifest            the signed manifest; the one file that is replaced
//	DIR/v1/key                 the operator's verifier key
//	DIR/v1/l/<sha256>          lists
//	DIR/v1/f/<sha256>          filters
//	DIR/v1/b/<root>/<number>   buckets, a directory for each tree
//	DIR/...                    the page, if there is one
//
// # What a reader of the directory sees
//
// Everything that a manifest names is there, whole and durable, before the
// manifest is, and keeps its name and its bytes. So whoever asks while something
// is published, or after a publication was killed, gets what the manifest they
// have names. What no manifest names any more stays for [Grace] and is removed by
// the first publication after that. The page's files have fixed names: they are
// replaced in one go just before the manifest.
//
// Files that are there already with the right bytes are left alone: a
// publication that changes one dataset writes what is of it. If nothing changed
// and the manifest has more than half its time left, nothing is written at all.
//
// # What must be remembered
//
// A key id is never given to another key, a dataset's number never to another
// dataset, and the manifest's number grows for ever. That is kept in
// publish.json in the index's directory, which holds nothing secret, and can be
// read back from the manifest and lists in DIR, but for ids and numbers that these do
// not name any more; of the two the larger counts. So either may be lost. If both are,
// numbers begin anew: clients that have seen a larger number of a manifest refuse what
// is published until [Options.AtLeast] brings it above that. A manifest that a client
// holds in memory while an id that was lost is given again names a key by the id of
// another, whose answers the client refuses. Clients fetch the manifest for every
// look-up, so that passes with it.
//
// An index that was made anew, with another key, may be published in the place of the
// one before: its keys get ids of their own.
//
// The same index, time, memory of earlier publications and signing key give the
// same bytes.
package publish
