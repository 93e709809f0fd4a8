//go:build js

// Package said holds texts in the page's languages. All of them are made at once,
// so that who changes the language asks nothing again.
package said

import "rollcheck/data/advice"

// Text is a text in the page's languages.
type Text struct {
	En string `json:"en"`
	Es string `json:"es"`
}

// InBoth returns what is said in both languages.
func InBoth(say func(advice.Lang) string) Text { return Text{say(advice.En), say(advice.Es)} }
