package main

import (
	"rollcheck/rollindex/audit"
	"rollcheck/rollindex/audit/risk"
	"rollcheck/rollindex/audit/tell"
)

// riskLines writes what a release lets others link.
func (j *jsonLines) riskLines(file string, res *risk.Result) {
	j.write(fields{
		"type": "risk", "file": file, "rows": res.Rows, "ignored": res.Ignored, "known": res.Whole.Names(), "not_told_by_value": res.TooMany.Names(),
		"missing": missingRows(res), "only_years": tell.OnlyYears(res),
	})
	for i := range res.Sets {
		j.write(riskSet(file, &res.Sets[i]))
	}
	for _, c := range res.Contributions() {
		j.write(fields{"type": "risk-column", "file": file, "column": c.Of.Names()[0], "unique_with": c.With, "unique_without": c.Without})
	}
	for _, c := range tell.RiskChanges(res) {
		j.write(fields{"type": "risk-change", "file": file, "change": c.What, "known": c.Of.Names(), "unique_before": c.Before, "unique_after": c.After})
	}
	for _, p := range res.Worst {
		j.write(fields{"type": "risk-precinct", "file": file, "county": p.County, "precinct": p.Precinct, "rows": p.Rows, "unique_rows": p.Unique})
	}
}

// missingRows counts rows without a value by the names of attributes.
func missingRows(res *risk.Result) map[string]int64 {
	m := map[string]int64{}
	for a, n := range res.Missing {
		m[a.Names()[0]] = n
	}
	return m
}

func riskSet(file string, s *risk.Set) fields {
	sizes := map[string]int64{}
	for i, name := range risk.SizeNames {
		sizes[name] = s.Sizes[i]
	}
	diversity := []fields{}
	for _, d := range s.Diversity {
		diversity = append(diversity, fields{"of": d.Of.Names()[0], "distinct": d.Distinct, "entropy": d.Entropy, "told_rows": d.Told})
	}
	return fields{
		"type": "risk-set", "file": file, "known": s.Attributes.Names(), "rows": s.Rows, "classes": s.Classes, "k": s.Smallest,
		"rows_by_class_size": sizes, "unique": s.Unique(), "diversity": diversity,
	}
}

// nearLines writes the rows that do not fail an audit and that a human has to look at.
func (j *jsonLines) nearLines(near []audit.Near) {
	for _, n := range near {
		lines := []fields{}
		for _, p := range n.Lines {
			lines = append(lines, fields{"member": p.Member, "line": p.Line})
		}
		j.write(fields{"type": "near-miss", "file": n.File, "what": n.What, "why": n.Why, "rows": n.Rows, "lines": lines})
	}
}
