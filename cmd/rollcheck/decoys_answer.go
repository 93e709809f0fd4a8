package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"rollcheck/hashing"
	"rollcheck/rollindex/audit/decoys"
	"rollcheck/rollindex/report"
)

func (p *program) madeLines(c *cli.Context, opts *decoys.MakeOptions, m *decoys.Made, id string, fresh bool) error {
	j := p.jsonLines("decoys make")
	survive := func(share float64) float64 { return decoys.Survive(m.Planted(), share) }
	return j.done(fields{
		"out": opts.Out, "sha256": m.SHA256, "rows": m.Rows, "recipient": opts.Recipient, "date": m.Date, "release": m.Release,
		"register": id, "register_file": c.String("register"), "register_created": fresh, "key_file": registerKeyPath(c),
		"planted": m.Planted(), "owned": m.Owned, "carried": m.Carried, "pool": m.Pool, "colluders": m.Colluders, "controls": m.Controls,
		"counties": m.Counties, "unpacked": m.Unpacked, "proves": m.Proves(),
		"survive": fields{"0.5": survive(0.5), "0.1": survive(0.1), "0.05": survive(0.05), "0.01": survive(0.01)},
	})
}

func (p *program) registerLines(r *decoys.Register) error {
	j := p.jsonLines("decoys list")
	for i := range r.Releases {
		rel := &r.Releases[i]
		j.write(struct {
			Type      string `json:"type"`
			File      string `json:"file"`
			SHA256    string `json:"sha256"`
			Rows      int64  `json:"rows"`
			Controls  int    `json:"controls"`
			Pool      int    `json:"pool"`
			Colluders int    `json:"colluders"`
		}{"release", rel.File, rel.SHA256, rel.Rows, len(rel.Controls), len(rel.Pool), rel.Colluders})
		for _, cp := range rel.Copies {
			line := struct {
				Type      string `json:"type"`
				Recipient string `json:"recipient"`
				Date      string `json:"date"`
				Release   string `json:"release"`
				SHA256    string `json:"sha256"`
				Rows      int64  `json:"rows"`
				Owned     int    `json:"owned"`
				Carried   int    `json:"carried"`
			}{"copy", cp.Recipient, cp.Date, rel.SHA256, cp.SHA256, cp.Rows, len(cp.Owned), 0}
			if cp.Shared {
				line.Carried = r.Carried(rel, cp.Recipient)
			}
			j.write(line)
		}
	}
	return j.done(fields{"register": r.ID, "releases": len(r.Releases), "copies": r.Copies()})
}

// foundAnswer tells what a leak shows.
type foundAnswer struct {
	p                *program
	path             string
	found            *decoys.Found
	sent             []decoys.Sent // the release log
	unmarked, logged int           // copies in it that are not in the register, and all
}

// code returns the exit code: that nobody is named is an answer only if all was read
// and there was something to tell decoys by.
func (a *foundAnswer) code() error {
	if a.named() > 0 {
		return nil
	}
	if !a.found.Tellable() || a.found.Unread > 0 || a.found.Skipped[hashing.CutShort] > 0 || unreadable*a.skipped() > a.found.Rows {
		return exitCode(exitIncomplete)
	}
	return exitCode(exitNotFound)
}

// unreadable is one row in how many may be unreadable in a leak of which it is said that
// it shows nobody's copy: few rows hold few decoys, and a leak has some broken ones.
const unreadable = 100

func (a *foundAnswer) skipped() (n int64) {
	for _, rows := range a.found.Skipped {
		n += rows
	}
	return n
}

func (a *foundAnswer) named() (n int) {
	for i := range a.found.Copies {
		if a.found.Copies[i].Verdict.Named {
			n++
		}
	}
	return n
}

// headline says what it comes to.
func (a *foundAnswer) headline() string {
	f := a.found
	switch n := a.named(); {
	case !f.Tellable():
		return fmt.Sprintf("It cannot be told whose copy %s is: it has no names, voter ids or addresses, by which decoys are recognised.", a.path)
	case n == 0:
		return fmt.Sprintf("%s is consistent with no registered copy so surely that one could be named.", a.path)
	case n == 1:
		return fmt.Sprintf("%s is consistent with one registered copy.", a.path)
	default:
		return fmt.Sprintf("%s is consistent with %d registered copies.", a.path, n)
	}
}

// notes say how the leak was read, and what was not looked at.
func (a *foundAnswer) notes() (all []string) {
	f := a.found
	if f.Proposed {
		all = append(all, "No known layout fits the file; its columns were told by their names and contents.")
	}
	if f.Unread > 0 {
		all = append(all, fmt.Sprintf("%d of its members that may hold people were not read.", f.Unread))
	}
	if n := a.skipped(); n > 0 {
		all = append(all, fmt.Sprintf("%s of its %s rows could not be read: what decoys they hold is not known.", group(n), group(f.Rows)))
	}
	if a.unmarked > 0 {
		all = append(all, fmt.Sprintf("Of the copies in the release log, %d of %d have no decoys of this register: nothing can be said of those.", a.unmarked, a.logged))
	}
	if chance := a.weakest(); a.named() == 0 && chance < 0.99 {
		all = append(all, fmt.Sprintf("The file is small. Two decoys at least are needed to name a copy, and of %s rows drawn evenly from one of the copies there are two with a probability of %s.",
			group(f.Rows), report.Percent(chance)))
	}
	return append(all, decoys.Caveats()...)
}

// weakest returns the probability that a leak of this size holds two decoys of the copy
// it is drawn from, of the copy where it is least; 1 if nothing could be told anyway.
func (a *foundAnswer) weakest() float64 {
	chance := 1.0
	if !a.found.Tellable() {
		return chance
	}
	for i := range a.found.Copies {
		c := &a.found.Copies[i]
		if planted := c.Verdict.Planted; planted > 0 {
			chance = min(chance, decoys.Survive(planted, min(c.Expected/float64(planted), 1)))
		}
	}
	return chance
}

func (a *foundAnswer) text() {
	w := a.p.stdout
	fmt.Fprintf(w, "%s\n\n", harmless(a.wrap(a.headline(), "")))
	fmt.Fprintf(w, "%s\n", a.wrap(fmt.Sprintf("%s rows, %s decoys of any copy found.", group(a.found.Rows), group(int64(a.found.Decoys))), ""))
	for i := range a.found.Copies {
		if c := &a.found.Copies[i]; c.Verdict.Hits > 0 {
			fmt.Fprintf(w, "\n%s\n", harmless(a.wrap(c.Sentence()+logged(a.sent, c), "")))
		}
	}
	if n := a.silent(); n > 0 {
		which := fmt.Sprintf("Of %d more registered copies", n)
		if n == len(a.found.Copies) {
			which = fmt.Sprintf("Of the %d registered copies", n)
		}
		if n == 1 {
			which = strings.Replace(which, "copies", "copy", 1)
		}
		fmt.Fprintf(w, "\n%s\n", a.wrap(which+" no decoy is in the file.", ""))
	}
	fmt.Fprint(w, "\nWHAT THIS DOES NOT SHOW\n")
	for _, s := range a.notes() {
		fmt.Fprintf(w, "  - %s\n", a.wrap(s, "    "))
	}
}

func (a *foundAnswer) silent() (n int) {
	for i := range a.found.Copies {
		if a.found.Copies[i].Verdict.Hits == 0 {
			n++
		}
	}
	return n
}

// logged says what the release log has of a copy: all of it, for it may have gone to
// somebody else too.
func logged(sent []decoys.Sent, c *decoys.CopyFound) string {
	var entries []string
	for _, s := range sent {
		if entry := fmt.Sprintf("as %s, sent to %s on %s", s.File, s.Recipient, s.Date); s.SHA256 == c.Copy.SHA256 && !slices.Contains(entries, entry) {
			entries = append(entries, entry)
		}
	}
	if len(entries) == 0 {
		return ""
	}
	return " The release log has it " + strings.Join(entries, "; ") + "."
}

// wrap breaks a text into lines of the page's width, with indent before all but the
// first.
func (a *foundAnswer) wrap(text, indent string) string {
	var b strings.Builder
	at := len(indent)
	for i, w := range strings.Fields(text) {
		switch {
		case i == 0:
		case at+1+len(w) > a.p.pageWidth():
			b.WriteString("\n" + indent)
			at = len(indent)
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(w)
		at += len(w)
	}
	return b.String()
}

// recipientLine is what a leak shows of one copy.
type recipientLine struct {
	Type        string  `json:"type"`
	Recipient   string  `json:"recipient"`
	Date        string  `json:"date"`
	Release     string  `json:"release"`
	SHA256      string  `json:"sha256"` // of the copy
	Hits        int     `json:"hits"`
	Planted     int     `json:"planted"`
	Expected    float64 `json:"expected"` // hits, of a leak of this size drawn evenly from the copy
	OwnedHits   int     `json:"owned_hits"`
	Owned       int     `json:"owned"`
	SharedHits  int     `json:"shared_hits"`
	Carried     int     `json:"carried"`
	PoolHits    int     `json:"pool_hits"`
	ControlHits int     `json:"control_hits"`
	Controls    int     `json:"controls"`
	PInnocent   float64 `json:"p_innocent"`
	Named       bool    `json:"named"`
	With        string  `json:"with,omitempty"` // the recipient of the other copy of a merged pair
	Logged      string  `json:"logged,omitempty"`
	Text        string  `json:"text"`
}

func (a *foundAnswer) lines() error {
	j, f := a.p.jsonLines("decoys find"), a.found
	for i := range f.Copies {
		c := &f.Copies[i]
		v := &c.Verdict
		j.write(recipientLine{"recipient", c.Recipient, c.Date, c.Release.SHA256, c.Copy.SHA256, v.Hits, v.Planted, c.Expected, c.OwnedHits, len(c.Copy.Owned),
			c.SharedHits, c.Carried, c.PoolHits, c.ControlHits, len(c.Release.Controls), v.P, v.Named, c.Partner,
			strings.TrimSpace(logged(a.sent, c)), c.Sentence()})
	}
	for _, s := range a.notes() {
		j.write(fields{"type": "caveat", "text": s})
	}
	return j.done(fields{"file": a.path, "rows": f.Rows, "skipped": f.Skipped, "unread": f.Unread, "layouts": f.Layouts, "proposed": f.Proposed, "sources": f.Sources,
		"named_rows": f.Named, "numbered_rows": f.Numbered, "placed_rows": f.Placed, "tellable": f.Tellable(), "decoys": f.Decoys,
		"copies": len(f.Copies), "named": a.named(), "log_copies": a.logged, "log_unmarked": a.unmarked, "chance_of_two": a.weakest(), "text": a.headline()})
}
