// Package audit tells whether a release of voter data may go out: whether each
// column may, by the rules, and what is in the columns whatever they are called.
//
//	rules, err := audit.RulesOf("US-GA", "2026-11-23")
//	...
//	res, err := audit.Run(ctx, []audit.Input{{Path: "statewide.txt"}}, rules, audit.Options{Jobs: 2})
//	...
//	if !res.Passed() {
//		for _, v := range res.Violations { ... }
//	}
//
// # Which columns pass
//
// A column passes or fails by what it is known to hold, in this order:
//
//	what is known of it                                    passes as      fails as
//	the rules name the column, or its kind                 rules          denied, restricted
//	the public record says that anybody may have its
//	  kind, and is sure of it                              public
//	the record says that some may have it                  recipient      restricted
//	  (the class that is named, if the record's words
//	  name it; also where the record is not sure)
//	the record says that nobody may, and is sure of it                    withheld
//	no source settles it, or one weak one says something,
//	  and the state's own published layout lists it        published
//	the same, and no layout of the state has it                           unsettled
//	it has no kind, and the state's layout lists it        published
//	it says nothing of a person (a state, a country)       harmless
//	nothing is known of it                                                unknown
//
// Those that fail break a rule only where they hold something: an empty column is
// listed and harms nobody. A layout of the state's own is a built-in one of the
// rules' jurisdiction; a column that such a layout lists was published by the state,
// and when no law that was read speaks against it, an audit is no place to begin.
// What federal law withholds only by its general rule on registration forms (profile
// data, such as the language of a ballot) passes likewise. What a column of birth
// dates tells is taken from its values: dates all of 1 January are years.
//
// Under the rules of today every built-in layout of a state passes when its columns
// hold what they say, with four exceptions, which a test lists: New York's export of
// a county has the licence number, and former layouts of Utah and Washington have what
// these states have closed since. Ten states let parts of their list go to classes of
// recipients only.
//
// # What is in them
//
// Then the values of every column are looked at, in one pass, and what is found is
// held against the same rules: social security numbers (detect_ssn.go), the last four
// digits of them (detect_four.go), licence numbers (detect_licence.go), dates of birth
// (detect_date.go), e-mail addresses, phone numbers and long texts (detect_text.go);
// each says there what it is told by and what it cannot tell. Scripts/detectors
// measures them. A judgement is one of a column: how many of its values look so and
// like nothing else, never one match; its rows are told with the interval of their
// share. What may go out in one column may stand in any other.
//
// What a file holds and does not show is opened and audited, or told as hidden
// content (hidden.go). A file that no known layout fits is read by one proposed for
// it; nothing then passes as published. A row that cannot be read was not audited,
// and is told so.
//
// Nothing here holds a value of a row: only counts, lines and names of columns. What
// it cannot see: secrets that look like nothing in particular; what stands in the
// filler of a file of fixed places; nine-digit numbers whose leading zero was cut off.
package audit
