package hashing

// Input is one match key to look up: its type and its hashed input x.
type Input struct {
	Type KeyType
	X    []byte // as made by [Details.AppendKey]
}

// Result is a hit, or a place where a source could not tell.
type Result struct {
	Input   int  // index of the input asked
	Dataset int  // index of the dataset in the source's list
	Mask    Mask // what the row held; zero when Damaged
	Damaged bool // the place where the answer would stand is damaged

	// Withheld says, instead of a hit, that somebody with this key asked to be left
	// out: nothing follows from there being no hit. There is one for every dataset,
	// whether or not it holds them, and there may be a hit of somebody else beside it.
	Withheld bool

	// OfDataset is set when the source cannot tell what the row held: Mask is then
	// that of the dataset, what any of its rows held, without initial.
	OfDataset bool
}
