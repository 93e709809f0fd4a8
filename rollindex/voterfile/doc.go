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
// # Containers
//
// A file, or a member of an archive in it, may be packed up to four times over
// (gzip, zstd, bzip2, xz, zip, 7z, tar). What is innermost is a text of delimited
// lines or of lines with fixed places, or holds tables: an Excel workbook, JSON, XML, an SQL
// dump, BSON, Parquet, dBASE. Each table counts as a member, and its lines are
// rows. A dump is read twice, first for which tables and columns it has. Nothing
// is ever written to disk, the names of members are labels, and memory does not
// grow with the size of a member; what must be held whole is bounded.
//
// # Which layout
//
// A layout is chosen by the names in the header, the number of fields, the length
// of records and what is in the columns, never by the state alone, and for each
// member by itself. A header is looked for in the first few lines. With one,
// columns are mapped by name in any order, and columns of one name by their order;
// columns the layout does not know are mapped by common names
// where they have one ("ssn_last4") and reported in [Match.Extra]. Without a
// header the number of fields must be the layout's, and the values must look
// like what the layout says they are. [Match.Evidence] says what decided it. Two
// layouts that fit equally are refused unless they read the file alike; so are columns
// of names or birth dates that hold something else. For a file of no known layout
// [Propose] makes one.
//
// # Dates
//
// Dates are read in any form that says what it means, whatever form the layout
// states; whether the day or the month comes first is taken from the layout, and
// from the values where they show it. Two digits of a birth year are the last such
// year that makes the person 16 when the data was taken.
//
// # What is skipped
//
// A row that cannot be read is skipped, counted by [Reason] and remembered by
// line number; its content is never repeated anywhere. A row has as many fields as
// most rows of its file; one with another number is not guessed at, since a stray
// delimiter shifts every value
// behind it. A stray quote costs at most its own row: a line is joined with the
// lines after it only if it ends inside quotes and the joined text has exactly
// the expected number of fields, which the line alone has not.
//
// Damage to a container (a truncated gzip file, a wrong checksum, an expansion
// beyond all reason) is an error and not a skip, because nobody can tell how
// many rows are missing.
package voterfile
