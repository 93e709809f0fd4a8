// Package web holds the page: what a person without the program uses, in a
// browser, for a private look-up and for judging a message in hand.
//
// The folder src has its parts: a template of the first screen, a style, the
// screens in JavaScript, and the worker that runs the programs of
// cmd/rollcheck-wasm. The folder texts has all its words, a file a language.
// scripts/page puts these together with the compiled programs and the tables of
// data/names and data/catalogue, into the folder built, which is not kept in the
// repository and is embedded as it stands when the program is built.
//
// # Rules of the page
//
// It makes no request to another site. What is typed stays in memory: no cookie,
// no storage, no address, no entry in the history. There is no script or style in
// the HTML. Every file it loads is named with its hash. Browsers take none for a
// worker, so the page fetches what the worker is made of with their hashes, and starts
// it from memory; its policy allows no other.
package web

import (
	"embed"
	"errors"
	"io/fs"
)

//go:embed all:built
var built embed.FS

// ErrNotBuilt is of a program that was built without the page.
var ErrNotBuilt = errors.New("this program was built without the page; run scripts/page and build it again")

// Files returns the files of the page, index.html among them: a folder that any
// web server can serve beside what "rollcheck publish" makes. Names that end in
// ".packed" are of files compressed with gzip, which the page unpacks by itself:
// they are to be sent as they are.
//
// It is [ErrNotBuilt] if the page was not there when the program was built.
func Files() (fs.FS, error) {
	if _, err := fs.Stat(built, "built/page/index.html"); err != nil {
		return nil, ErrNotBuilt
	}
	return fs.Sub(built, "built/page")
}
