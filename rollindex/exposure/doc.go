// Package exposure answers whether a person is in a leak of voter data.
//
// A [Person] as typed, or as read by a [Decoder], becomes match keys: those of
// the details as given and those of other spellings of them (nicknames, former
// surnames, halves of a double surname, first name and surname swapped, day and
// month swapped, former ZIP codes). A [Source] looks the keys up. [Check] grades what it finds, says for
// every dataset how far the search went, and hands both to a [Handler], for
// people ([NewText]) or for programs ([NewJSON]). One person typed at a prompt
// and a million from a file go the same way.
//
// # What a finding means
//
// A finding is a record under the same key, not an identity. Its tier is how
// hard that is to be by chance: strong, likely or possible; a middle initial or
// a birth year that does not fit lowers it to possible, because it is what a
// namesake looks like. The expected number of namesakes is computed for the very
// person, so that it is larger for Maria Garcia than for most (see [Finding]).
// Every tier counts as exposed: a namesake told "possibly you" can tell, a
// person wrongly told "not found" cannot.
//
// # What "not found" means
//
// That nobody was found under these details, and these spellings of them, in
// the datasets named, as they stood on their dates. It is only said of a
// dataset whose state is [Searched]; the rule and its three tolerances are at
// [State]. It says nothing of other leaks, of rows that carry nothing anyone
// could be matched by (their share is in the answer), of people who were
// registered under details they did not give, or of people whose registration
// is confidential and who are therefore not indexed at all.
//
// # Public anyway, or beyond
//
// Much of a leak is often what the state's voter list tells anybody. Each finding
// separates the fields that were open to everybody where and when the dataset's
// people were on the roll from those that were not, from phone number and e-mail address,
// which were only if the person gave them to the office, and from those of which that
// cannot be told ([PublicRecord]; the rules are data/catalogue's). If the dataset
// names a documented incident, the letter tells its story.
//
// # Privacy
//
// Nothing a person says is written, logged or put into an error. Errors and
// answers name the line and the field; all that is handed back is the id that
// the input gave a person. Printing a Person prints no detail.
package exposure
