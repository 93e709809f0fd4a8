// Package rollindex is the index on disk: which match keys stand in which
// dataset, and what kinds of field the rows behind them held. It sees tags,
// never a person.
//
// An index is a directory. index.db lists the datasets; each dataset is one
// immutable SQLite file of pages, sorted by tag, and a Bloom filter over them.
// FORMAT.md specifies every byte. The rules that make an answer trustworthy:
//
//   - Absence is earned. Every page states the range of tags it covers and is
//     authenticated under a key of the dataset; a tag is absent only when the
//     page that covers it was read, checked, and does not hold it. Whatever else
//     goes wrong is damage, and [Index.Search] says so. The filter only spares
//     page reads of a batch, after its own check.
//   - All or nothing. A dataset's file is written under a temporary name, sealed
//     with a checksum, synced and renamed; then index.db is replaced by one that
//     lists it. Killed at any moment, a writer leaves the previous index.
//   - Same input, same index. The content digest depends on the rows, the key,
//     the salt and the dataset's id and generation alone: not on the order of
//     rows, the number of goroutines or the memory.
//
// Use [Create] or [Open]; build with [Index.Begin], [Build.NewWriter] in each
// goroutine, and [Build.Commit]; ask with [Index.Search]; check with
// [Index.Verify].
//
// What a thief of the directory learns without the key: the descriptions of
// the datasets, and how many keys each has. With the key and a public roll:
// everybody in it.
//
// BUG(rollindex): two different match keys of one dataset with equal 64-bit
// tags are taken for one; among 50 tags a person of 200 million people that is
// expected less than once in 10^7 indexes.
package rollindex
