//go:build js

package bridge

import "rollcheck/hashing"

// The messages in which the program that plans and grades asks the one that
// speaks to the operator: an [exposure.Asker], in two halves. Both are compiled
// from this file, so that they agree.

// Question is one person's match keys.
type Question struct {
	Jurisdictions []string `json:"jurisdictions"`
	Inputs        []Input  `json:"inputs"`
}

// Input is a [hashing.Input], its bytes as a text of their values: JSON has no
// bytes.
type Input struct {
	Type uint8  `json:"type"`
	X    string `json:"x"` // hexadecimal
}

// Reply is what a source answers: hits, and the scope of what was asked.
type Reply struct {
	Hits      []Hit   `json:"hits"`
	Asked     []bool  `json:"asked,omitempty"`
	Gaps      uint8   `json:"gaps,omitempty"`
	Retry     int64   `json:"retry,omitempty"` // in Unix seconds
	FalseHits float64 `json:"false_hits"`
	Failure   Failure `json:"failure"`
}

// Hit is a [hashing.Result].
type Hit struct {
	Input     int    `json:"input"`
	Dataset   int    `json:"dataset"`
	Mask      uint32 `json:"mask"`
	OfDataset bool   `json:"of_dataset"`
}

// Failure says why there is no answer; its zero value is none. Nothing of the
// person is in it.
type Failure struct {
	Code  string `json:"code"` // "refused-key": a name for the page's own words
	What  string `json:"what"` // "the manifest is refused: ..."
	Do    string `json:"do"`
	Retry int64  `json:"retry,omitempty"`
}

// Offer is what the operator publishes of some jurisdictions, and what asking
// costs.
type Offer struct {
	Operator      string                `json:"operator"`
	Fingerprint   string                `json:"fingerprint"`
	Seq           uint64                `json:"seq"`
	Issued        string                `json:"issued"`
	Expires       string                `json:"expires"`
	Jurisdictions []string              `json:"jurisdictions"`
	Missing       []string              `json:"missing"`
	Datasets      []hashing.DatasetInfo `json:"datasets"`
	Filters       Cost                  `json:"filters"`
	Buckets       Cost                  `json:"buckets"`
	Mode          string                `json:"mode"` // to be taken
	Sure          bool                  `json:"sure"` // there is nothing to weigh
	Failure       Failure               `json:"failure"`
}

// Cost is what asking in a mode takes and tells.
type Cost struct {
	Possible bool  `json:"possible"`
	Bytes    int64 `json:"bytes"`
	Files    int   `json:"files"`
	Group    int   `json:"group"`
}
