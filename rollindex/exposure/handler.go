package exposure

import "rollcheck/hashing"

// Handler takes what a check finds, one call after the other: Start, then for
// every person the findings and the answer, and Done unless the check failed.
// Messages belong to the check and are valid during the call only. An error
// ends the check. A handler that also has a method Flush() error gets it called
// whenever there is nothing more to say for a while; one that has Cut() error,
// that instead of Done when some people were answered and the input cannot be
// read any further.
type Handler interface {
	Start(*Start) error
	Finding(*Finding) error
	Person(*Answer) error
	Done(*Summary) error
}

// Start says what will be searched.
type Start struct {
	Canonical string                 // version of the canonical form
	Datasets  []*hashing.DatasetInfo // those asked, in the order of all answers
	Server    *Server                // who answers; nil for an index here
}
