// Package risk measures what a release lets others link: how often somebody who
// knows a few things of a person, and not the name, finds that person's row and no
// other.
//
//	a := risk.New(source.Members(), risk.Options{Memory: 512 << 20, Jobs: 2})
//	defer a.Close()
//	skips, err := source.Each(ctx, 2, a.Visitor, nil) // or beside other visitors of the same rows
//	...
//	res, err := a.Result(ctx)
//	triple := res.Set(risk.Sex | risk.Birth | risk.ZIP5)
//	triple.Unique() // share of rows that are alone in their sex, birth date and ZIP code
//
// A set of attributes cuts the rows into classes, of rows that agree in all of them
// ([Set]). The smallest class is the k of k-anonymity (Sweeney 2002, "k-anonymity: a
// model for protecting privacy", International Journal of Uncertainty, Fuzziness and
// Knowledge-Based Systems 10: 557-570); how many values of another column a class
// has is its l-diversity (Machanavajjhala and others 2007, "l-diversity: privacy
// beyond k-anonymity", ACM Transactions on Knowledge Discovery from Data 1: 3).
//
// A voter file has names, so none of this makes it anonymous: whoever has the file
// has the names. What is measured is which other lists, that have no names, can be
// given names by it.
//
// A value is what the file writes, without spaces around it; a birth date that is a
// placeholder counts as missing, and so does a word that the file's layout has for no
// value. A missing value is a value of its own: rows without
// a birth date are alike in that. A precinct is that of its county.
//
// # How
//
// Each row makes one record of two words for each set: a keyed hash of its values
// there, and what else is counted of it. The records are sorted outside memory
// ([rollcheck/rollindex/internal/extsort]), so that classes stand together. The key
// is random and of one run; what is spilled is encrypted. The hash has 64 bits: of 13 M
// rows, two classes are taken for one with a probability of 5 in a million for each
// set. Otherwise the figures are exact, and the same for any number of goroutines and
// any budget.
package risk
