package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"rollcheck/data/catalogue"
	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// Rules say what may go out. They come from the catalogue of public records
// ([RulesOf]) or from a file that the office writes ([ReadRules]), which is this
// type as JSON:
//
//	{
//	  "jurisdiction": "US-GA",
//	  "version": "2026-3",
//	  "sources": ["O.C.G.A. 21-2-225"],
//	  "birth_date": "year",
//	  "columns": [
//	    {"kind": "phone", "rule": "deny", "why": "not in the file on sale"},
//	    {"kind": "party", "rule": "recipients", "recipients": ["party"], "why": "...", "source": "..."}
//	  ],
//	  "names": [{"column": "Batch", "rule": "allow", "why": "number of the export"}],
//	  "waivers": [{"rule": "phone", "column": "Office", "reason": "...", "name": "Records Officer", "until": "2026-12-31"}]
//	}
//
// A kind that it does not list is judged by the catalogue's record of the
// jurisdiction, and may not go out if there is none. What it lists counts before the
// catalogue, also where that is stricter: the office answers for its own rules.
type Rules struct {
	Jurisdiction string   `json:"jurisdiction,omitempty"` // "US-GA"; "" to go by this file alone
	Version      string   `json:"version"`                // the office's own name for this state of its rules
	Sources      []string `json:"sources,omitempty"`      // statutes, orders

	// BirthDate is the most exact precision of a birth that may go out: "day",
	// "month", "year" (an age is as good) or "none". "" leaves it to the kinds.
	BirthDate string       `json:"birth_date,omitempty"`
	Columns   []ColumnRule `json:"columns,omitempty"` // by kind of field
	Names     []NameRule   `json:"names,omitempty"`   // by name of the column, whatever its kind
	Waivers   []Waiver     `json:"waivers,omitempty"`

	date catalogue.Date // of the release: which of the catalogue's periods counts
}

// ColumnRule says whether columns of a kind may go out.
type ColumnRule struct {
	Kind       string   `json:"kind"`                 // of [field.Kinds]
	Rule       string   `json:"rule"`                 // "allow", "deny" or "recipients"
	Recipients []string `json:"recipients,omitempty"` // classes that may have it, if so
	Why        string   `json:"why,omitempty"`
	Source     string   `json:"source,omitempty"`
}

// NameRule says whether a column of that name may go out. Names are compared by
// letters and digits in any case ([layouts.NormName]).
type NameRule struct {
	Column string `json:"column"`
	Rule   string `json:"rule"` // "allow" or "deny"
	Why    string `json:"why"`
}

// Waiver lets a violation pass until a day, on the word of somebody.
type Waiver struct {
	Rule   string         `json:"rule"`
	Column string         `json:"column,omitempty"` // "" for what is of no column
	File   string         `json:"file,omitempty"`   // the file's name without its folders; "" for every file
	Lines  []int64        `json:"lines,omitempty"`  // of single rows: passes if all that break the rule are among them; of an archive, File is then "roll.zip: member.txt"
	Reason string         `json:"reason"`
	Name   string         `json:"name"`  // who answers for it
	Until  catalogue.Date `json:"until"` // the last day on which it holds
}

const (
	allow      = "allow"
	deny       = "deny"
	recipients = "recipients"
)

// ErrRules is wrapped by errors of rules that cannot be used.
var ErrRules = errors.New("these rules cannot be used")

// Date returns the day of the release that the rules are for.
func (r *Rules) Date() catalogue.Date { return r.date }

// RulesOf returns the rules of a jurisdiction on the day of a release: those of its
// public record, and no more.
func RulesOf(jurisdiction string, date catalogue.Date) (*Rules, error) {
	if date == "" {
		return nil, fmt.Errorf("%w: of no date", ErrRules)
	}
	code, ok := catalogue.Jurisdiction(jurisdiction)
	if !ok {
		return nil, fmt.Errorf("%w: there is no public record of %q", ErrRules, jurisdiction)
	}
	r := &Rules{Jurisdiction: code, date: date}
	for _, record := range catalogue.Records() {
		if record.Jurisdiction == code {
			r.Version, r.Sources = "public record checked "+string(record.Checked), record.Sources
		}
	}
	return r, nil
}

// ReadRules reads rules that an office wrote, for a release of a day. An error of
// one that contradicts itself names both places.
func ReadRules(in io.Reader, date catalogue.Date) (*Rules, error) {
	b, err := io.ReadAll(io.LimitReader(in, maxRules+1))
	if err != nil {
		return nil, fmt.Errorf("reading rules: %w", err)
	}
	if len(b) > maxRules {
		return nil, fmt.Errorf("%w: the file is larger than %d bytes", ErrRules, maxRules)
	}
	if date == "" {
		return nil, fmt.Errorf("%w: of no date", ErrRules)
	}
	r := &Rules{date: date}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(r); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRules, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("%w: something follows the closing brace", ErrRules)
	}
	if r.Jurisdiction != "" {
		code, ok := catalogue.Jurisdiction(r.Jurisdiction)
		if !ok {
			return nil, fmt.Errorf("%w: there is no public record of \"jurisdiction\": %q; leave it empty to go by these rules alone", ErrRules, r.Jurisdiction)
		}
		r.Jurisdiction = code
	}
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRules, err)
	}
	return r, nil
}

// maxRules bounds a file of rules.
const maxRules = 1 << 20

// check finds what is wrong with rules.
func (r *Rules) check() error {
	if r.Version == "" {
		return errors.New("\"version\" is missing: a report says by which rules it judged")
	}
	if !slices.Contains([]string{"", "day", "month", "year", "none"}, r.BirthDate) {
		return fmt.Errorf("\"birth_date\": %q is none of day, month, year and none", r.BirthDate)
	}
	return errors.Join(r.checkColumns(), r.checkNames(), r.checkWaivers())
}

func (r *Rules) checkColumns() error {
	places := map[field.Kind]int{}
	for i, c := range r.Columns {
		kind, ok := field.ParseKind(c.Kind)
		if !ok {
			return fmt.Errorf("columns[%d]: there is no kind %q", i, c.Kind)
		}
		if !slices.Contains([]string{allow, deny, recipients}, c.Rule) {
			return fmt.Errorf("columns[%d]: the rule %q is none of allow, deny and recipients", i, c.Rule)
		}
		if (c.Rule == recipients) != (len(c.Recipients) > 0) {
			return fmt.Errorf("columns[%d]: the rule %q and %d recipients do not go together", i, c.Rule, len(c.Recipients))
		}
		for _, class := range c.Recipients {
			if strings.TrimSpace(class) == "" {
				return fmt.Errorf("columns[%d]: a class of recipients without a name", i)
			}
		}
		if j, twice := places[kind]; twice {
			return fmt.Errorf("columns[%d] and columns[%d] are both of the kind %q: %s and %s", j, i, c.Kind, r.Columns[j].Rule, c.Rule)
		}
		places[kind] = i
		if most, ok := birthPrecision[kind]; ok && r.BirthDate != "" && (c.Rule != deny) != (most <= precisions[r.BirthDate]) {
			return fmt.Errorf("\"birth_date\": %q and columns[%d], %q: %s, contradict each other", r.BirthDate, i, c.Kind, c.Rule)
		}
	}
	return nil
}

func (r *Rules) checkNames() error {
	places := map[string]int{}
	for i, n := range r.Names {
		norm := layouts.NormName(n.Column)
		switch {
		case norm == "":
			return fmt.Errorf("names[%d]: the column has no name", i)
		case n.Rule != allow && n.Rule != deny:
			return fmt.Errorf("names[%d]: the rule %q is neither allow nor deny", i, n.Rule)
		case n.Why == "":
			return fmt.Errorf("names[%d]: \"why\" is missing: what is in the column?", i)
		}
		if j, twice := places[norm]; twice {
			return fmt.Errorf("names[%d] and names[%d] are both of the column %q: %s and %s", j, i, n.Column, r.Names[j].Rule, n.Rule)
		}
		places[norm] = i
	}
	return nil
}

func (r *Rules) checkWaivers() error {
	for i, w := range r.Waivers {
		switch {
		case !slices.Contains(ruleNames, w.Rule):
			return fmt.Errorf("waivers[%d]: there is no rule %q", i, w.Rule)
		case w.Name == "":
			return fmt.Errorf("waivers[%d]: \"name\" is missing: who answers for it?", i)
		case w.Reason == "":
			return fmt.Errorf("waivers[%d]: \"reason\" is missing", i)
		case w.Rule == RuleProtected && len(w.Lines) == 0:
			return fmt.Errorf("waivers[%d]: \"lines\" is missing: protected people are not waived but row by row, as namesakes", i)
		case len(w.Lines) > 0 && w.File == "":
			return fmt.Errorf("waivers[%d]: \"file\" is missing: the lines of which file?", i)
		}
		if _, err := catalogue.ParseDate(string(w.Until)); err != nil {
			return fmt.Errorf("waivers[%d]: \"until\": %w", i, err)
		}
		for j, o := range r.Waivers[:i] {
			if o.Rule == w.Rule && o.File == w.File && sameColumn(o.Column, w.Column) {
				return fmt.Errorf("waivers[%d] and waivers[%d] are both of the rule %q for the column %q", j, i, w.Rule, w.Column)
			}
		}
	}
	return nil
}

// precisions orders how much of a birth is told.
var precisions = map[string]int{"none": 0, "year": 1, "month": 2, "day": 3}

// birthPrecision is how much of a birth a kind tells. An age tells the year, or the
// one before.
var birthPrecision = map[field.Kind]int{field.Age: 1, field.BirthYear: 1, field.BirthMonthYear: 2, field.BirthDate: 3}
