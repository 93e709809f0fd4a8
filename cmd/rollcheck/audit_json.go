package main

import (
	"io"

	"rollcheck/hashing"
	"rollcheck/rollindex/audit"
	"rollcheck/rollindex/audit/tell"
)

// violationLine is something that may not go out.
type violationLine struct {
	Type    string      `json:"type"`
	Rule    string      `json:"rule"`
	File    string      `json:"file"`
	Column  string      `json:"column"` // "" where it is of no column
	Rows    int64       `json:"rows"`
	Of      int64       `json:"of"`
	Rate    float64     `json:"rate"`
	RateCI  [2]float64  `json:"rate_ci"`
	Lines   []int64     `json:"lines"`             // all of them, or the first
	LeftOut int64       `json:"lines_left_out"`    // rows whose lines are not among them
	Members []string    `json:"members,omitempty"` // that the lines are in, where the file has several
	Why     string      `json:"why"`
	Waived  *waiverLine `json:"waived"`
}

// waiverLine is a waiver: within a violation, or by itself where it lets nothing pass.
type waiverLine struct {
	Type   string `json:"type,omitempty"`
	Rule   string `json:"rule,omitempty"`
	File   string `json:"file,omitempty"`
	Column string `json:"column,omitempty"`
	State  string `json:"state,omitempty"` // "expired" or "unused"
	Reason string `json:"reason"`
	Name   string `json:"name"`
	Until  string `json:"until"`
	Text   string `json:"text,omitempty"` // why it lets nothing pass
}

// auditMember is a member of a file that was audited.
type auditMember struct {
	Name     string `json:"name"`
	Layout   string `json:"layout"`
	Proposed bool   `json:"proposed"` // of its header and contents: no known layout fits
	LeftOut  string `json:"left_out,omitempty"`
}

// auditLines writes an audit as JSON lines: files with their columns, violations,
// rows to be looked at, waivers that let nothing pass, risks, sentences.
func auditLines(w io.Writer, res *audit.Result) error {
	j := newJSONLines(w, "audit", fields{
		"rules": res.Rules.Jurisdiction, "rules_version": res.Rules.Version, "rules_sources": res.Rules.Sources,
		"recipient_class": res.Recipient, "as_of": string(res.Rules.Date()), "protected": peopleOn(res.Watch.Protected),
		"previous_protected": peopleOn(res.Watch.Previous), "substitute_addresses": len(res.Watch.Substitutes), "program": "rollcheck " + version(),
	})
	var rows int64
	for _, f := range res.Files {
		rows += f.Rows
		auditFileLines(j, f)
	}
	for i := range res.Violations {
		j.write(newViolationLine(res, &res.Violations[i]))
	}
	j.nearLines(res.Nears)
	waiver := func(w *audit.Waiver, state, text string) {
		j.write(waiverLine{"waiver", w.Rule, w.File, w.Column, state, w.Reason, w.Name, string(w.Until), text})
	}
	for i := range res.Expired {
		waiver(&res.Expired[i], "expired", tell.ExpiredText(&res.Expired[i]))
	}
	for i := range res.Unused {
		waiver(&res.Unused[i], "unused", tell.UnusedText(res, &res.Unused[i]))
	}
	for _, f := range res.Files {
		for _, r := range f.Risks {
			j.riskLines(f.Path, r)
			writeTexts(j, "headline", tell.RiskLead(r)...)
		}
	}
	writeTexts(j, "headline", tell.AuditVerdict(res)) // the last: what is read of a signed note
	writeCaveats(j, tell.AuditCaveats(res))
	return j.done(fields{
		"passed": res.Passed(), "violations": res.Open(), "waived": len(res.Violations) - res.Open(), "to_look_at": len(res.Nears), "files": len(res.Files), "rows": rows,
	})
}

// peopleOn returns how many people a list has, nil if there is none.
func peopleOn(p *audit.Protected) *int {
	if p == nil {
		return nil
	}
	n := p.People()
	return &n
}

func auditFileLines(j *jsonLines, f *audit.File) {
	members := []auditMember{}
	for _, m := range f.Members {
		members = append(members, auditMember{m.Name, m.Layout, m.Proposed, m.LeftOut})
	}
	j.write(struct {
		Type    string           `json:"type"`
		File    string           `json:"file"`
		Rows    int64            `json:"rows"`
		Skipped map[string]int64 `json:"skipped"`
		Decoys  int64            `json:"decoys"` // left out
		Members []auditMember    `json:"members"`
		Sources []hashing.Source `json:"sources"`
	}{"file", f.Path, f.Rows, f.Skipped, f.Ignored, members, f.Sources})
	for _, c := range f.Columns {
		kind := ""
		if c.Tells {
			kind = c.Kind.String()
		}
		sources := c.Decision.Sources
		if sources == nil {
			sources = []string{}
		}
		j.write(struct {
			Type    string   `json:"type"`
			File    string   `json:"file"`
			Column  string   `json:"column"`
			Kind    string   `json:"kind"` // "" if it is not known to expose any
			Filled  int64    `json:"filled"`
			Passes  bool     `json:"passes"` // by what it is known to hold; a violation may be of what is in it
			Basis   string   `json:"basis"`
			Why     string   `json:"why"`
			Sources []string `json:"sources"`
		}{"column", f.Path, c.Name, kind, c.Filled, c.Decision.Pass, string(c.Decision.Basis), c.Decision.Why, sources})
	}
}

func newViolationLine(res *audit.Result, v *audit.Violation) violationLine {
	l := violationLine{
		Type: "violation", Rule: v.Rule, File: v.File, Column: v.Column, Rows: v.Rows, Of: v.Of,
		Rate: float64(v.Rows) / float64(max(v.Of, 1)), RateCI: [2]float64{v.Low, v.High}, Lines: []int64{}, LeftOut: max(0, v.Rows-int64(len(v.Lines))), Why: v.Why,
	}
	several := res.SeveralMembers(v.File)
	for _, at := range v.Lines {
		l.Lines = append(l.Lines, at.Line)
		if several {
			l.Members = append(l.Members, at.Member)
		}
	}
	if w := v.Waived; w != nil {
		l.Waived = &waiverLine{Reason: w.Reason, Name: w.Name, Until: string(w.Until)}
	}
	return l
}
