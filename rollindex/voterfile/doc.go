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
//	if err := src.Err(); err != nil { // once every parser is done
//		...
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
// What is in an archive beside the roll, or a further table of a dump, is left out
// where it cannot be a roll, and named with the reason. What cannot be read and would
// be a roll (an archive in a form that is not read, an encrypted member, rows of people
// in no known layout) is an error, unless other members are named
// ([Options.Members]); what is small, in no form that is known and may hold people
// is marked ([Member.Unread]), so that nobody takes the rest for the whole.
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
// layouts that fit equally are refused unless they read the file alike.
//
// What is in the columns is held against what their names or places say they hold,
// in the part of the file that is looked at: names of people that are dates or
// addresses, birth dates that come after the registration, first names for surnames
// and places for either, by how common they are, initials for first names beside whole
// middle names, flags for names. What contradicts it is refused
// with a line that shows it; a few odd rows, and names that are in no table, are
// not. Frequencies, and suspicions of dates that have no role, can be overruled by
// naming the layout ([Options.Layout]). A row of types below the header is skipped. For a file of no known layout
// [Propose] makes one.
//
// What begins only behind the part that is looked at is watched for to the end of the
// file: a header that names the columns in another order, or a stretch of rows with
// values that cannot be what their columns say (a word for a birth date, a number for
// a first name), as joined files have. [Source.Err] refuses them. Its rows are held
// against what their columns should hold, as those of the beginning were: columns
// that look alike and change places there are refused too, by the first line of a
// stretch of some thirty to eighty rows, and [Source.Contrary] tells of fewer, down to a
// single row that has a value which cannot stand in its column.
//
// What the values do not settle is no reason to refuse a file, such as which column
// holds the surnames where the names are of people whom the tables do not know: it is
// read as its header, or the layout, says, and [Source.Doubts] says so.
//
// # Dates
//
// Dates are read in any form that says what it means, whatever form the layout
// states; whether the day or the month comes first, or two digits of the year, is
// taken from the layout, and from the values where they show it. That is decided
// by the beginning of a file and watched to its end: where later dates of birth or
// registration show that another order was meant, [Source.Err] refuses the file, since those that
// both orders can read were misread; a few slips do not. Two digits of a birth
// year are the last such year that makes the person 16 when the data was taken.
// Birth dates whose times of day are midnight of a place east of Greenwich,
// written as UTC, are of the day after.
//
// # Letters
//
// Text is UTF-8, or UTF-16 with a byte order mark. A field that is not UTF-8 is
// read as windows-1252, or as code page 850 or Mac OS Roman where these make common
// names of what is nearby; and UTF-8 that was once read as windows-1252 and written
// as UTF-8 again is put right. [Match.Evidence] says what was found in the
// beginning of a file.
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
// many rows are missing. A text has nothing that says where it ends: one that ends
// in the middle of a row shows as a row [CutShort], one cut off between two rows, or
// within the last value of one, does not show.
package voterfile
