package rollindex

import "path/filepath"

// PadKey returns the key of the padding of what is published of a served index:
// see [hashing.PRF.PadKey].
func (ix *Index) PadKey() [32]byte { return ix.prf.PadKey() }

// LockPublishing keeps other processes from publishing this index, or returns
// [ErrBusy] at once. It does not keep anybody from reading or writing the index:
// an ingest may take longer than a manifest lasts.
func (ix *Index) LockPublishing() (unlock func(), err error) {
	return lockFile(filepath.Join(ix.dir, "publish.lock"))
}
