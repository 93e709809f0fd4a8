// Package diff compares two releases of one roll: what became of its columns, and
// of its rows.
//
//	res, err := diff.Run(ctx, compare.Input{Path: "may.txt"}, compare.Input{Path: "july.txt"}, diff.Options{Jobs: 2})
//
// # Columns
//
// Columns are those of the same name, or else the only ones left of the same role,
// which were renamed. Of each it is said how often it is filled, how many different
// values it has (counted up to 64, beyond that estimated by HyperLogLog within 1.6 %,
// one standard error), what its values look like, how dates are written, how long
// values are, and which codes came and went. See [ColumnChange] for when a
// difference is one.
//
// # Rows
//
// Rows are matched by voter id, and those left by the strongest other key that both
// files carry. One id with another birth date and another name is not one person: the id
// was reused, and both rows are matched by the other key. Of several rows with one id
// those are matched that agree the most; an id of more than 64 rows identifies nobody
// and is not used. What one row has and the other has not is a change; a field that
// one of the files does not have at all is not compared.
//
// # What is unusual
//
// Files of a month differ. What is unusual in them is told by the counties
// themselves: a county is named when its rate is far from those of the others
// ([Unusual] has the method). The rate of false alarms is bounded over a whole
// comparison: at most one county is named in a hundred comparisons of ordinary
// releases, if the rates of ordinary counties are spread as a bell curve on one of the
// scales used.
//
// Nothing here holds a value of a row, with these exceptions: codes and statuses that
// at least [LeastShared] rows share, and names of counties that [LeastCounty] rows
// share. What is spilled is encrypted, and holds keyed tags and prints.
package diff
