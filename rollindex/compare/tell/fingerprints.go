package tell

import (
	"fmt"
	"slices"
	"strings"

	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/report"
)

// FingerprintText returns the sentence of a fingerprint, with what the files are
// called.
func FingerprintText(res *compare.Result, f *compare.Fingerprint) string {
	return compared(res).fingerprintText(f)
}

func (c *comparison) fingerprintText(f *compare.Fingerprint) string {
	source := "no supposed source being given"
	if f.Pair.Source >= 0 {
		source = c.labels[f.Pair.Source] + " being the supposed source"
	}
	said := f.String()
	return fmt.Sprintf("%s and %s, %s: %s.", c.labels[f.Pair.A], c.labels[f.Pair.B], source, strings.ToLower(said[:1])+said[1:])
}

// DescentText returns the sentence of a file with columns of a vendor.
func DescentText(res *compare.Result, d compare.Descent) string {
	return compared(res).descentText(d)
}

func (c *comparison) descentText(d compare.Descent) string {
	said := fmt.Sprintf("%s is consistent with a file that descends from %s, whose columns it has: %s.", c.labels[d.Index], d.Vendor.Title, shown(some(d.Columns)))
	if d.Vendor.Confidence != "high" {
		said += fmt.Sprintf(" That they are its alone is known with %s confidence.", d.Vendor.Confidence)
	}
	return said + " Such columns show through whose files the data came, not who let it out."
}

// traits returns the sentences that stand at the head of a page: vendors, and
// fingerprints held against a source. Without one they say too little for it.
func (c *comparison) traits() (sentences []string) {
	for _, d := range c.Descent {
		sentences = append(sentences, c.descentText(d))
	}
	for _, f := range c.Fingerprints {
		if f.Pair.Source >= 0 {
			sentences = append(sentences, c.fingerprintText(f))
		}
	}
	return sentences
}

// fingerprints tells each pair in a sentence, and part by part.
func (c *comparison) fingerprints() (said, parts []report.Block) {
	for _, f := range c.Fingerprints {
		said = append(said, report.Text(c.fingerprintText(f)))
		t := &report.Table{
			Caption: fmt.Sprintf("%s and %s: what each trait speaks for, and how many times likelier it makes that", c.labels[f.Pair.A], c.labels[f.Pair.B]),
			Columns: []report.Column{{Title: "Trait"}, {Title: "speaks for"}},
		}
		for _, p := range f.Parts {
			t.Rows = append(t.Rows, weighed(p.Trait.Title(), p.Log10, p.Found))
		}
		together := weighed("all together", f.Log10, "")
		if f.Untold {
			together.Cells[1] = "not told"
		}
		t.Rows = append(t.Rows, together)
		parts = append(parts, t)
	}
	return said, parts
}

func weighed(what string, log10 float64, note string) report.Row {
	said := "neither"
	switch {
	case compare.Words(log10) == compare.Words(0):
	case log10 > 0:
		said = "one copy, " + compare.Times(log10) + " to 1"
	default:
		said = "each by itself, " + compare.Times(log10) + " to 1"
	}
	return report.Row{Cells: []string{what, said}, Note: note}
}

// fingerprintCaveats says what fingerprints do not show.
func (c *comparison) fingerprintCaveats() (all []string) {
	if len(c.Fingerprints) == 0 {
		return nil
	}
	if slices.ContainsFunc(c.Fingerprints, func(f *compare.Fingerprint) bool { return f.Pair.Source < 0 }) {
		all = append(all, "Without the supposed source of both files (--source FILE, the release nearest in time) its own errors, rows and order cannot be told from shared ones, and its form is taken to be what its layout states: such a fingerprint says little.")
	}
	return append(all, "A fingerprint says what two files are consistent with. It does not show who made either of them, or which was first; its likelihood ratios stand on the assumptions that the report states.")
}

// fingerprintMethod says what fingerprints stand on.
func (c *comparison) fingerprintMethod() (all report.List) {
	for _, f := range c.Fingerprints {
		for _, p := range f.Parts {
			if said := p.Trait.Title() + ": " + p.Basis + "."; !slices.Contains(all, said) {
				all = append(all, said)
			}
		}
	}
	if all == nil {
		return nil
	}
	return append(all, "The words for likelihood ratios are those of the European Network of Forensic Science Institutes (2015). Parts are multiplied; none counts for more than 10,000, since no model was tried beyond.")
}
