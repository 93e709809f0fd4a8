// Package synth writes fictional voter rolls in the shape of real ones, for
// tests, benchmarks and demonstrations. Nobody in them exists: names are drawn
// from frequency tables, phone numbers are 555-0100 to 555-0199, e-mail
// addresses are at example.com, .org and .net, and social security numbers
// begin with 666, which is never assigned.
//
//	stats, err := synth.Write(ctx, file, people, synth.Options{Layout: l, Rows: 200_000, Seed: 1})
//
// # What is promised
//
// A seed is a population over time. Its people are the same in every layout,
// on every day, in every sample and beside any noise: the same names, dates of
// birth and registration, party and moves, with the places, codes and numbers of
// the layout's state. The rolls of two days are two snapshots of them. A larger
// roll of the same options begins with the smaller one; a larger sample holds
// the smaller one. The same options give the same bytes on any number of
// processors; another release of this package may give others. (In a container
// that something ends or counts, such as a workbook, it is the rows that a larger
// roll begins with.)
//
// The truth beside a roll has one JSON object a row, with the members that a
// question about a person has ("first", "last", "birth_date", "zip" ...), the
// number of the row as "row", and "withheld" where details are withheld from the
// row on request. The number is that of the line in a file of lines and in a
// worksheet, and counts rows from 1 in other containers. It tells who they are: without noise, placeholders, withheld
// or cut values, with their contacts, former surname and former ZIP code.
//
// # Who they are
//
// A year brings new registrations of 5 % of the roll, more in years of federal
// elections and before these, 30 % of them by people just grown up, and moves
// of 8 % of the households, 65 % of them within the county. 3 % leave the state;
// of those 60 % stay on the roll as inactive for three to five years first.
// Deaths follow the life table of data/names. 1.5 % change party; of women
// between 20 and 45, 2 % take another surname, of men 0.05 %. Grown children
// move out at 15 % a year, others at 2 %.
//
// Households have one to five members: a spouse (97 % of the other sex, 85 % of
// the same surname), children (92 % of the same surname, a few percent twins),
// people unrelated. 4 % of the sons whose father is there bear his whole name
// and JR; 40 % of those fathers bear SR. First names follow sex and year of
// birth, surnames their frequency; names are independent of each other and of
// the place, which real ones are not.
//
// One person in twelve has no middle name, a quarter only an initial. Surnames are
// written with the apostrophe (O'BRIEN) or as two words (DE LA CRUZ, ST JOHN)
// about as often as rolls have them, 1 % have a hyphen, and 1 % of names have an
// accent that windows-1252 can write.
//
// # What a file makes of them
//
// 0.4 % of the birth dates are blank and 0.1 % are 1900-01-01; one county in
// twenty knows only the year of 3 % and writes 1 January. 0.1 % of the ZIP codes
// are missing and 0.05 % are 99999. 8 % have a mailing address, a post-office
// box. Then the habits of the state: Florida withholds every column it may from
// 0.45 % of its voters ("*"), shows 15 % of phone numbers and 10 % of e-mail
// addresses, writes names in title case in most counties and windows-1252 in a
// third of them; North Carolina keeps removed voters four years, with the street
// REMOVED; New York keeps them for six, hyphenates house numbers in Queens and
// writes one address in ninety on one line; Ohio has a column an election and
// 1900-01-01 for 4 % of its registrations; Washington has a placeholder for a
// first name that was not given. These shares are round figures that make a file
// look right; no statement about a real roll should be drawn from them.
//
// Every other layout is written from its data alone ([layouts.Layout]): columns in
// their order, with their forms of dates, lengths and codes, a county by code,
// number or name, a title before the header, delimiters at the end of rows, the
// header again about every 4,500 rows, records of fixed length, and names quoted
// where the layout has quotes. 0.5 % of the voters are withheld where columns can
// be; 0.5 % of the values of a column that has a word for none are that word. A
// column without a role gets a value by its kind and name where that is
// plausible, such as the number of a district, and stands empty otherwise.
// Columns that not every file of a layout has are there for even seeds only.
// Columns that a layout grows are there for the last ten elections, named as its
// pattern has it. What only the words of a layout say, its quirks, is not
// imitated.
//
// Layouts of vendors and of other countries are filled with people of
// [Options.State]. Places of another country keep their names from there, and get
// postal codes of its form that nobody lives at: ZZ99 in Britain, 99 and four
// digits in India, 00 and three digits elsewhere.
//
// The containers of [layouts.Containers] are written as a stream: a workbook of
// one sheet with its text in the cells, JSON as an array of a record a line, XML
// as the elements Record of Records, a dBASE III table, a COPY of PostgreSQL. In
// JSON and XML a name such as "Id[Type=ssn].Value" is a path: Value in that
// member of the array Id whose Type is ssn.
//
// Noise gives a row one mistake: a typing error in a name (42 %), first and last
// name swapped (8 %), a nickname (12 %), day and month swapped, or the
// day off by one where that makes no date (10 %), a wrong birth day or year (8 %), a wrong ZIP code (10 %), house number (6 %), or no
// ZIP code (4 %).
package synth
