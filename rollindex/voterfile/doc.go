// Package voterfile reads voter files: it detects which layout a file has,
// opens whatever the file is wrapped in, and hands out records with their match
// fields in canonical form. It is the one place that knows a file's shape; the
// layouts themselves are data, in rollcheck/data/layouts.
//
// # Reading
//
// A [Source] is a set of files that make one dataset; the members of an archive
// count as files. One goroutine calls [Source.Next] for chunks of whole records
// and passes each to one of several workers, which read it with a [Parser] of
// their own:
//
//	src, err := voterfile.Open(ctx, []string{"roll.zip"}, voterfile.Options{})
//	...
//	defer src.Close()
//	parser := src.NewParser()
//	for {
//		chunk, err := src.Next(buf)
//		if err == io.EOF {
//			break
//		}
//		...
//		parser.Reset(chunk)
//		for rec, ok := parser.Next(); ok; rec, ok = parser.Next() {
//			... // rec is valid until the next call
//		}
//	}
//	skips := parser.Skips()
//
// Where a chunk ends depends on the input alone, and so do the records: neither
// the number of workers nor the size of a read changes them. Reading, hashing
// and decompressing happen in goroutines of their own, a few blocks ahead.
//
// # Which layout
//
// A layout is chosen by the names in the header, the number of fields and what
// is in them, never by the state alone. With a header, columns are mapped by
// name in any order; columns the layout does not know are mapped by common names
// where they have one ("ssn_last4") and reported in [Match.Extra]. Without a
// header the number of fields must be the layout's, and the values must look
// like what the layout says they are. [Match.Evidence] says what decided it.
//
// # What is skipped
//
// A row that cannot be read is skipped, counted by [Reason] and remembered by
// line number; its content is never repeated anywhere. A row whose number of
// fields is wrong is not guessed at, since a stray delimiter shifts every value
// behind it. A stray quote costs at most its own row: a line is joined with the
// lines after it only if it ends inside quotes and the joined text has exactly
// the expected number of fields, which the line alone has not.
//
// Damage to a container (a truncated gzip file, a wrong checksum, an expansion
// beyond all reason) is an error and not a skip, because nobody can tell how
// many rows are missing. Archives are read in place: the names of their members
// are labels, and nothing is ever written to disk.
package voterfile
