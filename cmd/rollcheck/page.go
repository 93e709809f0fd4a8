package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"rollcheck/data/advice"
)

// terminalWidth returns the columns of the terminal that w is, 0 if it is none.
func terminalWidth(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// page writes a text for reading, in lines of the terminal's width or of 78
// characters, whichever is less. Its first error stays with w.
type page struct {
	w     *bufio.Writer
	width int // of the terminal; 0 if there is none
}

// section begins a part of the page, with a heading unless it is empty.
func (pg *page) section(title string) {
	pg.w.WriteByte('\n')
	if title != "" {
		pg.w.WriteString(title + "\n")
	}
}

func (pg *page) text(s string) { pg.wrap("", "", s) }

// entry writes a labelled line.
func (pg *page) entry(label, s string) {
	pg.wrap(fmt.Sprintf("  %-14s", label), strings.Repeat(" ", 16), s)
}

// item writes a text behind a mark, indented as far as that.
func (pg *page) item(mark, s string) {
	pg.wrap(mark, strings.Repeat(" ", utf8.RuneCountInString(mark)), s)
}

// wrap writes a text; see [advice.Fold].
func (pg *page) wrap(first, indent, s string) {
	width := 78
	if pg.width > 0 {
		width = min(width, pg.width)
	}
	pg.w.WriteString(advice.Fold(first, indent, s, width))
}
