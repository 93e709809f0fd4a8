// Command releases measures what an audit finds by looking into columns: faults that
// are planted into fictional rolls, at several rates, and false alarms on every clean
// layout. It is run by scripts/detectors.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rollcheck/data/layouts"
	"rollcheck/rollindex/audit"
	"rollcheck/rollindex/voterfile/synth"
)

const day = "2020-10-01" // of the rolls, and of the rules

func main() {
	log.SetFlags(0)
	seeds := flag.Int("seeds", 5, "how many `N` rolls of each kind")
	rows := flag.Int64("rows", 20_000, "`N` rows of a roll with a fault")
	cleanRows := flag.Int64("clean-rows", 5000, "`N` rows of a clean roll")
	cleanSeeds := flag.Int("clean-seeds", 1, "how many `N` clean rolls of each layout")
	flag.Parse()
	dir, err := os.MkdirTemp("", "detectors")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	m := &measure{dir: dir}
	fmt.Printf("Faults planted into Georgia's file of %d rows, %d seeds; a fault is in the column %q, among what stands there or in an empty one.\n\n", *rows, *seeds, into)
	fmt.Println("| what | form | rate | columns | found | rows planted | rows told |\n|---|---|---|---|---|---|---|")
	for _, f := range faults {
		for _, rate := range f.every {
			m.fault(&f, rate, *rows, *seeds)
		}
	}
	m.clean(*cleanRows, *cleanSeeds)
}

// into is the column that faults are planted into: one of districts.
const into = "City_precinct_id"

// fault is something planted.
type fault struct {
	rule, form string
	every      []int // rows: one in so many
	value      func(r *rand.Rand, year string) string
}

func ssn(form string, local bool) func(*rand.Rand, string) string {
	return func(r *rand.Rand, _ string) string {
		area := 1 + r.IntN(772)
		if local && r.IntN(2) == 0 {
			area = 252 + r.IntN(9) // Georgia's
		}
		if area == 666 {
			area = 667
		}
		return fmt.Sprintf(form, area, 1+r.IntN(99), 1+r.IntN(9999))
	}
}

var faults = []fault{
	{audit.RuleSSN, "nine digits, half of the state's areas", []int{1, 10, 100, 1000}, ssn("%03d%02d%04d", true)},
	{audit.RuleSSN, "nine digits, of any area", []int{1, 10, 100, 1000}, ssn("%03d%02d%04d", false)},
	{audit.RuleSSN, "ddd-dd-dddd", []int{1, 100, 1000, 5000}, ssn("%03d-%02d-%04d", true)},
	{audit.RuleSSN, "within a text", []int{1, 100, 1000, 5000}, ssn("seen, SSN %03d-%02d-%04d, on file", true)},
	{audit.RuleSSN, "last four", []int{1, 10}, func(r *rand.Rand, _ string) string { return fmt.Sprintf("%04d", 1+r.IntN(9999)) }},
	{audit.RuleLicence, "nine digits, as Georgia's", []int{1, 2, 10}, func(r *rand.Rand, _ string) string { return fmt.Sprintf("0%08d", r.IntN(1e8)) }},
	{audit.RuleLicence, "letter and digits, as Florida's", []int{1, 2, 10}, func(r *rand.Rand, _ string) string {
		return fmt.Sprintf("%c%012d", 'A'+r.IntN(26), r.Int64N(1e12))
	}},
	{audit.RuleBirthDate, "MM/DD/YYYY", []int{1, 100, 1000}, func(r *rand.Rand, year string) string {
		return fmt.Sprintf("%02d/%02d/%s", 1+r.IntN(12), 2+r.IntN(27), year)
	}},
	{audit.RuleBirthDate, "YYYYMMDD", []int{1, 100, 1000}, func(r *rand.Rand, year string) string {
		return fmt.Sprintf("%s%02d%02d", year, 1+r.IntN(12), 2+r.IntN(27))
	}},
	{audit.RuleEmail, "alone", []int{1, 100, 5000}, func(r *rand.Rand, _ string) string { return fmt.Sprintf("voter%d@example.com", r.IntN(1e6)) }},
	{audit.RuleEmail, "within a text", []int{1, 100, 5000}, func(r *rand.Rand, _ string) string {
		return fmt.Sprintf("write to voter%d@example.net", r.IntN(1e6))
	}},
	{audit.RulePhone, "(ddd) ddd-dddd", []int{1, 100, 1000}, func(r *rand.Rand, _ string) string { return fmt.Sprintf("(%d) 555-01%02d", areaCode(r), r.IntN(100)) }},
	{audit.RulePhone, "ten digits", []int{1, 100, 1000}, func(r *rand.Rand, _ string) string { return fmt.Sprintf("%d55501%02d", areaCode(r), r.IntN(100)) }},
	{audit.RuleFreeText, "a sentence", []int{1, 100, 1000}, func(r *rand.Rand, _ string) string {
		return fmt.Sprintf("The voter called on the %dth and asked us to send nothing to house %d", 1+r.IntN(28), r.IntN(9999))
	}},
}

func areaCode(r *rand.Rand) int { return []int{229, 404, 470, 478, 678, 706, 762, 770, 912}[r.IntN(9)] }

type measure struct{ dir string }

// fault plants a fault at a rate into rolls of several seeds.
func (m *measure) fault(f *fault, every int, rows int64, seeds int) {
	columns, found := 0, 0
	var planted, told int64
	for seed := range seeds {
		for _, empty := range []bool{false, true} {
			r := rand.New(rand.NewPCG(uint64(seed), uint64(every)))
			data, n := plant(m.roll("ga-pre2023-pipe", rows, uint64(seed+1)), every, empty, func(year string) string { return f.value(r, year) })
			columns++
			planted += n
			for _, v := range m.audit(data, "US-GA", f.rule == audit.RulePhone, nil).Violations {
				if v.Rule == f.rule && v.Column == into {
					found++
					told += v.Rows
				}
			}
		}
	}
	fmt.Printf("| %s | %s | 1 in %d | %d | %d | %d | %d |\n", f.rule, f.form, every, columns, found, planted, told)
}

// plant writes values into a column of a roll, which is emptied before or not. Rows
// without a year of birth are passed over.
func plant(roll []byte, every int, empty bool, value func(year string) string) (out []byte, planted int64) {
	var b bytes.Buffer
	at, year := -1, -1
	n := 0
	for line := range strings.Lines(string(roll)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "|")
		if at < 0 {
			at, year = slices.Index(f, into), slices.Index(f, "Year_of_Birth")
		} else {
			if empty {
				f[at] = ""
			}
			if n%every == every/2 && len(f[year]) == 4 {
				f[at] = value(f[year])
				planted++
			}
			n++
		}
		b.WriteString(strings.Join(f, "|") + "\n")
	}
	return b.Bytes(), planted
}

func (m *measure) roll(id string, rows int64, seed uint64) []byte {
	l, err := layouts.Get(id)
	if err != nil {
		log.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := synth.Write(context.Background(), &b, nil, synth.Options{Layout: l, Rows: rows, Seed: seed}); err != nil {
		log.Fatalf("%s: %v", id, err)
	}
	return b.Bytes()
}

// audit audits a roll by the rules of a state; of none, by rules that let every kind
// out but what detectors look for.
func (m *measure) audit(data []byte, state string, noPhones bool, l *layouts.Layout) *audit.Result {
	path := filepath.Join(m.dir, "roll")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		log.Fatal(err)
	}
	text := fmt.Sprintf(`{"version":"1","jurisdiction":%q`, state)
	if noPhones {
		text += `,"columns":[{"kind":"phone","rule":"deny"}]`
	}
	rules, err := audit.ReadRules(strings.NewReader(text+"}"), day)
	if err != nil {
		log.Fatal(err)
	}
	res, err := audit.Run(context.Background(), []audit.Input{{Path: path, Layout: l}}, rules, audit.Options{Jobs: 2})
	if err != nil {
		log.Fatal(err)
	}
	return res
}

// clean counts what is told of rolls without a fault. What is told of a column for the
// kind that it is known to hold is no false alarm, nor what is told of one of which
// nothing is known: such columns fail, and a vendor's hold what they hold.
func (m *measure) clean(rows int64, seeds int) {
	all, err := layouts.All()
	if err != nil {
		log.Fatal(err)
	}
	alarms, where, rolls, columns := map[string]int{}, map[string]int{}, 0, 0
	for _, l := range all {
		state := ""
		if strings.HasPrefix(l.Jurisdiction, "US-") {
			state = l.Jurisdiction
		}
		for seed := range seeds {
			res := m.audit(m.roll(l.ID, rows, uint64(seed+1)), state, false, l)
			rolls++
			own, unknown := map[string]string{}, map[string]bool{}
			for _, c := range res.Files[0].Columns {
				columns++
				if c.Tells {
					own[c.Name] = c.Kind.String()
				}
				unknown[c.Name] = !c.Tells && !c.Decision.Pass
			}
			for _, v := range res.Violations {
				if v.Rule != audit.RuleColumn && !isOwn(v.Rule, own[v.Column]) && !unknown[v.Column] {
					alarms[v.Rule]++
					where[fmt.Sprintf("%s: %s in %q", l.ID, v.Rule, v.Column)]++
				}
			}
		}
	}
	fmt.Printf("\nFalse alarms on %d clean rolls of all %d layouts, %d rows and %d seeds each, %d columns.\n\n", rolls, len(all), rows, seeds, columns)
	fmt.Println("| rule | false alarms |\n|---|---|")
	for _, rule := range []string{audit.RuleSSN, audit.RuleLicence, audit.RuleBirthDate, audit.RuleEmail, audit.RulePhone, audit.RuleFreeText, audit.RuleHidden} {
		fmt.Printf("| %s | %d |\n", rule, alarms[rule])
	}
	for _, w := range slices.Sorted(maps.Keys(where)) {
		fmt.Printf("\n- %s (%d)", w, where[w])
	}
	fmt.Println()
}

// isOwn reports whether a column that is known to hold a kind is told for that.
func isOwn(rule, kind string) bool {
	switch rule {
	case audit.RuleSSN:
		return kind == "ssn" || kind == "ssn_last4"
	case audit.RuleLicence:
		return kind == "driver_license"
	case audit.RuleBirthDate:
		return kind == "birth_date"
	}
	return rule == kind
}
