package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// printLayout writes all that is known of a layout: a page to look things up in.
func (p *program) printLayout(l *layouts.Layout) error {
	w := p.stdout
	fmt.Fprintf(w, "%s: %s\n\n", l.ID, l.Title)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(tw, "%s:\t%s\n", name, text)
		}
	}
	line("state or country", orDash(l.Jurisdiction))
	line("made", l.Vintage)
	line("how it comes", l.Distribution)
	line("form", formOf(l))
	line("birth date", birthOf(l))
	line("voting history", l.VoteHistory)
	if l.RowsApprox > 0 {
		line("rows", "about "+group(l.RowsApprox))
	}
	line("withheld", withheldOf(l))
	line("stands for none", strings.Join(l.Absent, ", "))
	line("how sure", l.Confidence)
	if err := tw.Flush(); err != nil {
		return err
	}
	if err := printColumns(w, l); err != nil {
		return err
	}
	printCodes(w, l)
	printList(w, "What to mind", l.Quirks)
	printList(w, "Sources", l.Sources)
	return nil
}

// formOf says how a file of the layout is written.
func formOf(l *layouts.Layout) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	switch l.Container {
	case "", "delimited":
		add("lines cut by a %s", named(l.Delimiter))
		if l.Quote == "" {
			add("no quotes")
		}
	case "fixed":
		add("lines of %d bytes with fixed places", l.RecordLength)
	case "xlsx":
		add("Excel workbook")
	case "dbf":
		add("dBASE table")
	case "pgcopy":
		add("PostgreSQL dump (COPY)")
	default:
		add("%s", strings.ToUpper(l.Container))
	}
	switch {
	case l.Header && l.PreambleLines == 1:
		add("names of the columns below 1 other line")
	case l.Header && l.PreambleLines > 0:
		add("names of the columns below %d other lines", l.PreambleLines)
	case l.Header:
		add("names of the columns in the first line")
	case l.Delimited() || l.Container == "fixed":
		add("no header")
	}
	if l.RepeatedHeader {
		add("names repeated between rows")
	}
	switch l.TrailingDelimiter {
	case "rows":
		add("a delimiter more at the end of rows than of the header")
	case "all":
		add("a delimiter at the end of every line")
	}
	if l.Unordered {
		add("order of the columns not known")
	}
	if l.ApproximateNames {
		add("names of the columns perhaps spelled otherwise in files")
	}
	if l.Encoding == "windows-1252" {
		add("UTF-8 or windows-1252")
	}
	return strings.Join(parts, "; ")
}

func birthOf(l *layouts.Layout) string {
	switch l.BirthPrecision {
	case "day":
		return "to the day"
	case "month":
		return "month and year only"
	case "year":
		return "year only"
	case "age":
		return "age only"
	}
	return "none"
}

func withheldOf(l *layouts.Layout) string {
	n := 0
	for _, c := range l.Columns {
		if c.Withheld {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d columns for protected voters, marked w below", n, len(l.Columns))
}

// printColumns writes the columns as a table: number or place, name, what it
// holds, form, and notes.
func printColumns(w io.Writer, l *layouts.Layout) error {
	fmt.Fprintln(w)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	place := "NO."
	if l.Container == "fixed" {
		place = "BYTES"
	}
	fmt.Fprintf(tw, "%s\tCOLUMN\tHOLDS\tFORM\tNOTE\n", place)
	for i, c := range l.Columns {
		at := strconv.Itoa(i + 1)
		switch {
		case l.Container == "fixed":
			at = fmt.Sprintf("%d-%d", c.Start, c.Start+c.Length-1)
		case l.Unordered:
			at = "-"
		}
		printColumn(tw, at, &c)
	}
	for i := range l.Tail {
		printColumn(tw, "+", &l.Tail[i])
	}
	if g := l.Growing; g != nil {
		fmt.Fprintf(tw, "+\tas many as there are elections\t%s\t\tnamed like %s\n", holds(g.Role, 0, false), g.Pattern)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	if len(l.Tail) > 0 {
		fmt.Fprintln(w, "+ only in some files")
	}
	return nil
}

func printColumn(w io.Writer, at string, c *layouts.Column) {
	var notes []string
	if c.Optional {
		notes = append(notes, "only in some files")
	}
	if c.Withheld {
		notes = append(notes, "w")
	}
	if len(c.Absent) > 0 {
		notes = append(notes, "stands for none: "+strings.Join(c.Absent, ", "))
	}
	if c.Note != "" {
		notes = append(notes, c.Note)
	}
	if len(c.Aliases) > 0 {
		notes = append(notes, "also "+strings.Join(c.Aliases, ", "))
	}
	form := c.Format
	if form == "" && c.MaxLength > 0 {
		form = fmt.Sprintf("up to %d", c.MaxLength)
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", at, c.Name, holds(c.Role, c.Kind, c.KindName != ""), form, strings.Join(notes, "; "))
}

// holds says what a column tells about a person, in words.
func holds(r field.Role, kind field.Kind, hasKind bool) string {
	if hasKind {
		return kind.Title()
	}
	if r != field.RoleNone {
		return r.Title()
	}
	return "-"
}

func printCodes(w io.Writer, l *layouts.Layout) {
	for _, role := range slices.Sorted(maps.Keys(l.Codes)) {
		fmt.Fprintf(w, "\nCodes of %s\n", strings.ReplaceAll(role, "_", " "))
		for _, code := range slices.Sorted(maps.Keys(l.Codes[role])) {
			fmt.Fprintf(w, "  %-8s %s\n", code, l.Codes[role][code])
		}
	}
}

func printList(w io.Writer, title string, items []string) {
	if len(items) > 0 {
		fmt.Fprintf(w, "\n%s\n", title)
	}
	for _, it := range items {
		fmt.Fprintf(w, "  - %s\n", it)
	}
}
