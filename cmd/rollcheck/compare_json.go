package main

import (
	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/compare/tell"
	"rollcheck/rollindex/voterfile"
)

// fileLine is a file that was compared.
type fileLine struct {
	Type          string           `json:"type"`
	File          string           `json:"file"`
	AsOf          *string          `json:"as_of"`
	Layouts       []string         `json:"layouts"`
	Jurisdictions []string         `json:"jurisdictions"`
	Rows          int64            `json:"rows"` // read in full
	Skipped       map[string]int64 `json:"skipped"`
	Decoys        int64            `json:"decoys,omitempty"`   // left out, by the register
	Unread        int              `json:"unread"`             // members that may hold people
	LeftOut       []leftOutLine    `json:"left_out,omitempty"` // members that were not read
	Unknown       []string         `json:"unknown_columns"`    // with a value, of which nothing says what they hold
	Keyless       int64            `json:"keyless"`
	KeyRows       map[string]int64 `json:"key_rows"`
	Impossible    int64            `json:"impossible_births,omitempty"` // rows with a month or day of birth that does not exist
	Elsewhere     int64            `json:"elsewhere,omitempty"`         // rows of other states than jurisdictions
	Late          int64            `json:"late,omitempty"`              // registrations and votes after as_of
	Sources       []hashing.Source `json:"sources"`
}

// leftOutLine is a member of a file that was not read, in JSON.
type leftOutLine struct {
	Name   string `json:"name"`
	Why    string `json:"why"`
	Rows   bool   `json:"rows"`             // it holds rows: what is said of the file does not cover them
	Unread bool   `json:"unread,omitempty"` // it may hold people
	Hidden bool   `json:"hidden,omitempty"` // it is a worksheet that is not shown
}

func leftOutLines(members []voterfile.Member) (lines []leftOutLine) {
	for _, m := range members {
		name := m.Name
		if kept := m.Kept(); kept != m.Part {
			name = kept
		}
		lines = append(lines, leftOutLine{name, m.LeftOut, m.HasRows, m.Unread, m.Hidden})
	}
	return lines
}

// overlapLine is the overlap of a pair by its main key ("overlap"), or by any
// ("tier-overlap").
type overlapLine struct {
	Type     string     `json:"type"`
	A        string     `json:"a"`
	B        string     `json:"b"`
	Key      string     `json:"key"`
	RowsA    int64      `json:"rows_a"`
	RowsB    int64      `json:"rows_b"`
	Matched  int64      `json:"matched"`   // rows of a whose key is in b
	MatchedB int64      `json:"matched_b"` // rows of b whose key is in a
	AInB     float64    `json:"a_in_b"`
	AInBCI   [2]float64 `json:"a_in_b_ci"`
	BInA     float64    `json:"b_in_a"`
	BInACI   [2]float64 `json:"b_in_a_ci"`
	Jaccard  float64    `json:"jaccard"`
}

// comparisonLines writes a comparison as JSON lines: files; overlaps, each with
// its agreements; columns; what stands alone and is repeated; sentences.
func (p *program) comparisonLines(res *compare.Result) error {
	j := p.jsonLines("compare")
	for _, f := range res.Files {
		writeFile(j, f)
	}
	path := func(i int) string { return res.Files[i].Path }
	for i := range res.Main {
		j.write(newOverlapLine("overlap", res, &res.Main[i]))
	}
	for _, u := range tell.Unmatched(res) {
		j.write(struct {
			Type string `json:"type"`
			A    string `json:"a"`
			B    string `json:"b"`
			Why  string `json:"why"`
		}{"unmatched", path(u[0]), path(u[1]), "no details in common that rows could be matched by"})
	}
	for i := range res.Overlaps {
		j.write(newOverlapLine("tier-overlap", res, &res.Overlaps[i]))
	}
	for _, s := range res.SharedIDs {
		j.write(struct {
			Type      string `json:"type"`
			A         string `json:"a"`
			B         string `json:"b"`
			Looked    int64  `json:"looked"` // voter ids of the file with fewer
			Both      int64  `json:"both"`   // of them, those in the other file
			SameLast  int64  `json:"same_last"`
			SameFirst int64  `json:"same_first"`
			SameBirth int64  `json:"same_birth_year"`
			Moved     bool   `json:"surnames_moved"` // the overlap of the two says nothing of their people
		}{"shared-ids", path(s.A), path(s.B), s.Looked, s.Both, s.SameLast, s.SameFirst, s.SameBirth, s.SurnamesMoved()})
	}
	for i := range res.Fields {
		f := &res.Fields[i]
		j.write(struct {
			Type    string `json:"type"`
			A       string `json:"a"`
			B       string `json:"b"`
			Field   string `json:"field"`
			Same    int64  `json:"same"`
			Differs int64  `json:"differs"`
			OnlyA   int64  `json:"only_a"`
			OnlyB   int64  `json:"only_b"`
			Untold  int64  `json:"not_comparable,omitempty"`
		}{"agreement", path(f.A), path(f.B), f.Field.String(), f.Same, f.Differs, f.OnlyA, f.OnlyB, f.Untold})
	}
	for i, f := range res.Files {
		writeColumns(j, f)
		for _, k := range hashing.KeyTypes() {
			if f.Keys[k] > 0 {
				j.write(struct {
					Type     string `json:"type"`
					File     string `json:"file"`
					Key      string `json:"key"`
					Rows     int64  `json:"rows"`
					Repeated int64  `json:"repeated"` // rows whose key another row of the file has
					Alone    int64  `json:"alone"`    // rows whose key no other file has
				}{"key", f.Path, k.String(), f.Keys[k], res.Repeated[i][k], res.Alone[i][k]})
			}
		}
	}
	for _, h := range tell.Headlines(res) {
		j.write(struct {
			Type string `json:"type"`
			A    string `json:"a"` // the smaller file, of which it tells
			B    string `json:"b"`
			Text string `json:"text"`
		}{"headline", path(h.A), path(h.B), h.Text})
	}
	for i, said := range tell.Records(res) {
		if said == "" {
			continue
		}
		j.write(struct {
			Type string `json:"type"`
			File string `json:"file"`
			Text string `json:"text"`
		}{"record", path(i), said})
	}
	for i := range res.Files {
		if kinds := tell.OnlyIn(res, i); len(kinds) > 0 {
			j.write(struct {
				Type   string   `json:"type"`
				File   string   `json:"file"`
				Fields []string `json:"fields"` // columns that no other file has
			}{"only", path(i), kinds})
		}
	}
	writeTraits(j, res)
	writeCaveats(j, tell.Caveats(res))
	return j.done(fields{"files": len(res.Files), "pairs": len(res.Main)})
}

// traitLine is what one trait of a fingerprint says.
type traitLine struct {
	Trait  string  `json:"trait"`
	Log10  float64 `json:"log10"` // of the likelihood ratio
	Found  string  `json:"found"`
	Basis  string  `json:"basis"`
	Shared int64   `json:"shared,omitempty"`
	Of     int64   `json:"of,omitempty"`
	Chance float64 `json:"chance,omitempty"` // as many as would be shared by chance
}

// writeTraits writes vendors' columns and fingerprints.
func writeTraits(j *jsonLines, res *compare.Result) {
	for _, d := range res.Descent {
		j.write(struct {
			Type       string   `json:"type"`
			File       string   `json:"file"`
			Vendor     string   `json:"vendor"`
			Columns    []string `json:"columns"`
			Confidence string   `json:"confidence"`
			Text       string   `json:"text"`
		}{"descent", d.File, d.Vendor.ID, d.Columns, d.Vendor.Confidence, tell.DescentText(res, d)})
	}
	for _, f := range res.Fingerprints {
		line := struct {
			Type     string      `json:"type"`
			A        string      `json:"a"`
			B        string      `json:"b"`
			Source   *string     `json:"source"`
			Key      string      `json:"key"`
			Matched  int64       `json:"matched"` // keys that one row of each file has
			Log10    *float64    `json:"log10"`   // of the likelihood ratio, all parts together; null if it is not told
			Strength *string     `json:"strength"`
			Parts    []traitLine `json:"parts"`
			Text     string      `json:"text"`
		}{Type: "fingerprint", A: f.A, B: f.B, Key: f.Key.String(), Matched: f.Matched, Text: tell.FingerprintText(res, f)}
		if !f.Untold {
			strength := string(compare.Words(f.Log10))
			line.Log10, line.Strength = &f.Log10, &strength
		}
		if f.Pair.Source >= 0 {
			line.Source = &f.Source
		}
		for _, p := range f.Parts {
			line.Parts = append(line.Parts, traitLine{string(p.Trait), p.Log10, p.Found, p.Basis, p.Shared, p.Of, p.Chance})
		}
		j.write(line)
	}
}

func newOverlapLine(kind string, res *compare.Result, o *compare.Overlap) overlapLine {
	a, b := o.AInB(), o.BInA()
	return overlapLine{
		kind, res.Files[o.A].Path, res.Files[o.B].Path, o.Key.String(), o.RowsA, o.RowsB, o.MatchedA, o.MatchedB,
		a.Value(), [2]float64{a.Low, a.High}, b.Value(), [2]float64{b.Low, b.High}, o.Jaccard(),
	}
}

// writeFile writes a file and what some of its rows say against how they were read.
func writeFile(j *jsonLines, f *compare.File) {
	j.write(newFileLine(f))
	for _, c := range f.Contrary {
		j.write(newContraryLine(f.Path, c))
	}
}

func newFileLine(f *compare.File) fileLine {
	keys := map[string]int64{}
	for _, k := range hashing.KeyTypes() {
		keys[k.String()] = f.Keys[k]
	}
	skipped := f.Skipped
	if skipped == nil {
		skipped = map[string]int64{}
	}
	return fileLine{
		"file", f.Path, dateOrNull(f.AsOf), append([]string{}, f.Layouts...), append([]string{}, f.Jurisdictions...),
		f.Read(), skipped, f.Ignored, f.Unread, leftOutLines(f.LeftOut), append([]string{}, f.Unknown...), f.Keyless, keys, f.Impossible, f.Elsewhere, f.Late, f.Sources,
	}
}

func writeColumns(j *jsonLines, f *compare.File) {
	for _, c := range f.Columns {
		j.write(struct {
			Type   string  `json:"type"`
			File   string  `json:"file"`
			Field  string  `json:"field"`
			Filled float64 `json:"filled"`
			Record string  `json:"record"`
			Why    string  `json:"why,omitempty"`
		}{"column", f.Path, c.Kind.String(), c.Filled, string(c.Record), tell.Why(f, &c)})
	}
}

func writeCaveats(j *jsonLines, caveats []string) { writeTexts(j, "caveat", caveats...) }

// writeTexts writes sentences, each as a line of that type.
func writeTexts(j *jsonLines, kind string, texts ...string) {
	for _, text := range texts {
		j.write(struct {
			Type string `json:"type"`
			Text string `json:"text"`
		}{kind, text})
	}
}

// shareOrNull is a share in JSON, with its interval; null if nothing was counted.
func shareOrNull(s compare.Share) (*float64, *[2]float64) {
	if s.Of == 0 {
		return nil, nil
	}
	v := s.Value()
	return &v, &[2]float64{s.Low, s.High}
}

// dateOrNull is a date in JSON, null when it is not known.
func dateOrNull(d hashing.Date) *string {
	if d.Year == 0 {
		return nil
	}
	s := d.String()
	return &s
}
