package tell

import (
	"bytes"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/data/vendors"
	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
	"rollcheck/rollindex/voterfile"
)

// cards are a leak of 2,000 and a release of a million, of which so many of 1,000
// keys drawn are in both.
func cards(common int64) *CardPair {
	share := func(of int64) compare.Share { return compare.NewShare(common, of) }
	return &CardPair{
		A: &compare.Card{Canonical: "rc1", Rows: 1_000_000, Layout: "mi-2019-csv"}, B: &compare.Card{Canonical: "rc1", Rows: 2000}, PathA: "/home/quill/a.card", PathB: "b.card",
		Overlaps: []compare.CardOverlap{
			{Key: hashing.VoterID, KeysA: 1e6, KeysB: 2000, AInB: compare.NewShare(0, 4000), BInA: compare.NewShare(0, 1000), Jaccard: compare.NewShare(0, 5000), Sample: 5000},
			{Key: hashing.NameDOB, KeysA: 1e6, KeysB: 2000, AInB: share(4000), BInA: share(1000), Jaccard: share(5000 - common), Common: common, Sample: 5000 - common},
		},
	}
}

// The sentence is of the smaller file, and of the key that finds people.
func TestCardHeadline(t *testing.T) {
	for common, want := range map[int64]string{
		900: "90.0 % (88-91.7) of the people of b.card are in the file of a.card, matched by name and birth date, estimated from 1,000 keys of b.card and 4,000 of a.card drawn alike; the other way round, 22.5 % (21.2-23.8).",
		0:   "None of the people of b.card was found on a.card by name and birth date, estimated from 1,000 keys of b.card and 4,000 of a.card drawn alike: 0 % (0-0.4).",
	} {
		if got := cards(common).Headline(); got != want {
			t.Errorf("%d: %s", common, got)
		}
	}
	exact := cards(900)
	exact.Overlaps[1].Exact = true
	if got := exact.Headline(); !strings.HasPrefix(got, "90.0 % of the people") || strings.Contains(got, "estimated") {
		t.Error(got)
	}
}

// Of a file of which no key was drawn nothing is said, least of all that none of its
// people is in the other.
func TestCardOfNoDraws(t *testing.T) {
	p := cards(0)
	for i := range p.Overlaps {
		p.Overlaps[i].BInA = compare.NewShare(0, 0)
	}
	got := p.Headline()
	if !strings.Contains(got, "cannot be told from their cards: by name and birth date, 0 keys of the one and 4,000 of the other") || strings.Contains(got, "None") {
		t.Error(got)
	}
	if text := p.Page("rollcheck test").Text(78); !strings.Contains(text, "not told") || strings.Contains(text, "(0-100)") {
		t.Error(text)
	}
	p.Overlaps[0].BInA = compare.NewShare(0, 3)
	if k := p.Main().Key; k != hashing.VoterID && k != hashing.NameDOB {
		t.Errorf("told by %s", k)
	}
}

// A key that happens to find more in a small draw, or that few rows of one file have,
// is not what the pair is told by.
func TestCardMain(t *testing.T) {
	share := func(part, of int64) compare.Share { return compare.NewShare(part, of) }
	overlap := func(k hashing.KeyType, common, a, b int64) compare.CardOverlap {
		return compare.CardOverlap{Key: k, KeysA: 20_000, KeysB: 50, AInB: share(common, a), BInA: share(common, b), Common: common, Sample: a + b - common}
	}
	p := &CardPair{A: &compare.Card{Rows: 20_000}, B: &compare.Card{Rows: 50}, Overlaps: []compare.CardOverlap{overlap(hashing.VoterID, 4, 4096, 12), overlap(hashing.NameZIP, 6, 4096, 16)}}
	if got := p.Main().Key; got != hashing.VoterID {
		t.Errorf("told by %v, which found 6 of 16, and not by voter id, which found 4 of 12", got)
	}
	sketches := func(rows, phones int64) []compare.Sketch {
		return []compare.Sketch{{Key: hashing.NameDOB, Rows: rows}, {Key: hashing.Phone, Rows: phones}}
	}
	p = &CardPair{A: &compare.Card{Rows: 1000, Sketches: sketches(1000, 1000)}, B: &compare.Card{Rows: 9000, Sketches: sketches(9000, 900)},
		Overlaps: []compare.CardOverlap{overlap(hashing.NameDOB, 0, 1000, 4000), overlap(hashing.Phone, 20, 1000, 900)}}
	if got := p.Main().Key; got != hashing.NameDOB {
		t.Errorf("told by %v, which a tenth of the rows have", got)
	}
}

// A card pair as a table: what was not drawn is blank, and not a share of none.
func TestCardsCSV(t *testing.T) {
	p := cards(900)
	p.A.Columns = []compare.CardColumn{{Kind: field.Email, Percent: 35}}
	p.Overlaps[0].BInA = compare.NewShare(0, 0)
	var b bytes.Buffer
	if err := CardsCSV(&b, p); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"contained,b.card,a.card,voter-id,0,0,,,,\r\n", "contained,b.card,a.card,name-dob,900,1000,0.9,0.8", ",main\r\n", "column,a.card,,email,,,0.35,,,\r\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}

func TestScoredCSV(t *testing.T) {
	s := &compare.Score{By: compare.ByCounty, Rows: 5000, Drawn: 60, Checked: 50, Wrong: 1, Rate: 0.02, Low: 0.001, High: 0.106, Strata: []compare.StratumScore{
		{Stratum: compare.Stratum{Name: "=LEE", Rows: 4000, Drawn: 50}, Rate: compare.NewShare(1, 50)}, {Stratum: compare.Stratum{Name: "", Rows: 1000, Drawn: 10}},
	}}
	var b bytes.Buffer
	if err := ScoredCSV(&b, s, "/home/quill/s.csv"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"stratum,s.csv,'=LEE,4000,50,50,1,0.02,0.00", "stratum,s.csv,\"no county, or one of few rows\",1000,10,0,0,,,\r\n", "score,s.csv,,5000,60,50,1,0.02,0.001,0.106\r\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}

func TestCardPages(t *testing.T) {
	var b bytes.Buffer
	page := cards(900).Page("rollcheck test")
	if err := page.HTML(&b); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{b.String(), page.Text(78)} {
		if strings.Contains(text, "quill") || strings.Contains(text, "copied from") {
			t.Errorf("a page has a path, or says from:\n%s", text)
		}
	}
}

// What a card gives away is said of this very card.
func TestCardGives(t *testing.T) {
	tags := make([]uint64, compare.CardTags)
	for i := range tags {
		tags[i] = uint64(i+1) << 50
	}
	all := func(c *compare.Card) string { return strings.Join(CardGives(c), "\n") }
	big := &compare.Card{Layout: "mi-2019-csv", Rows: 40_960, Sketches: []compare.Sketch{{Key: hashing.NameDOB, Rows: 40_000, Tags: tags}, {Key: hashing.Phone, Rows: 10, Tags: tags[:10]}}}
	for _, want := range []string{"no day of the data", "(mi-2019-csv), which gives away the state", "is about 10.0 % of its rows; of those that have surname and telephone number it is 100 %.", "another card made with the same passphrase, without knowing the passphrase: how far the two files overlap"} {
		if !strings.Contains(all(big), want) {
			t.Errorf("%q is not in\n%s", want, all(big))
		}
	}
	small := &compare.Card{Rows: 10, Sketches: []compare.Sketch{{Key: hashing.NameDOB, Rows: 10, Tags: tags[:10]}}}
	if got := all(small); !strings.Contains(got, "all of them are on the card") || !strings.Contains(got, "no layout") {
		t.Error(got)
	}
}

// Who makes a card is told what of the file it does not stand for.
func TestCardLacks(t *testing.T) {
	c := &compare.Card{Rows: 10, Unlooked: []voterfile.Member{{LeftOut: "2 fields a row", Part: "the table users", HasRows: true}}}
	const want = "The table users was left out (2 fields a row)."
	if text := MadeCard(c, "/home/quill/leak.sql", "rollcheck test").Text(500); !strings.Contains(text, want) {
		t.Errorf("%q is not in\n%s", want, text)
	}
	if text := MadeCard(&compare.Card{Rows: 10}, "leak.sql", "rollcheck test").Text(500); strings.Contains(text, "DOES NOT STAND FOR") {
		t.Errorf("nothing is lacking:\n%s", text)
	}
}

func TestScoreText(t *testing.T) {
	for want, s := range map[string]*compare.Score{
		"No row of s.csv has the answer right or wrong: nothing can be said of the file.":                                                                              {Rows: 10, Drawn: 5},
		"None of the 300 rows of s.csv that were checked is wrong: with 95 % confidence under 1.0 % of the file's 5,000 rows are (three divided by the rows checked).": {Rows: 5000, Covered: 5000, Drawn: 300, Checked: 300, Effective: 300, RuleOfThree: 0.01},
		"None of the 300 rows of s.csv that were checked is wrong: with 95 % confidence under 2.0 % of the file's 5,000 rows are (three divided by 150 rows drawn from the whole file without dividing it, than which these tell no more).": {
			Rows: 5000, Covered: 5000, Drawn: 300, Checked: 300, Effective: 150, RuleOfThree: 0.02,
		},
		"1 of the 50 rows of s.csv that were checked is wrong: that is 2.0 % of the 4,000 rows in the parts of the file that were checked, with a 95 % interval of 0.1 % to 10.6 %.": {
			Rows: 5000, Covered: 4000, Drawn: 60, Checked: 50, Wrong: 1, Rate: 0.02, Low: 0.001, High: 0.106,
		},
	} {
		if got := ScoreText(s, "/home/quill/s.csv"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	partly := strings.Join(ScoreCaveats(&compare.Score{Rows: 5000, Covered: 4000, Drawn: 60, Checked: 50}), "\n")
	for _, want := range []string{"10 rows of the 60 drawn were not checked", "says nothing of 1,000 rows"} {
		if !strings.Contains(partly, want) {
			t.Errorf("%q is not in\n%s", want, partly)
		}
	}
}

// A fingerprint is consistent with, not from, and is at the head only with a source.
func TestFingerprintWords(t *testing.T) {
	res := pair(900)
	f := &compare.Fingerprint{Pair: compare.Pair{A: 0, B: 1, Source: -1}, Log10: 2.2, Parts: []compare.Part{{Trait: compare.SharedForm, Log10: -1, Found: "found", Basis: "basis"}}}
	res.Fingerprints = []*compare.Fingerprint{f}
	v := vendors.All()[0]
	res.Descent = []compare.Descent{{File: "/home/quill/leak.csv", Index: 0, Vendor: &v, Columns: []string{"LALVOTERID"}}}
	const sentence = "consistent with their having been made by way of one copy: it is about 200 times"
	page := Compared(res, "rollcheck test")
	lead := strings.Join(page.Lead, "\n")
	if strings.Contains(lead, sentence) || !strings.Contains(lead, "leak.csv is consistent with a file that descends from L2, whose columns it has: LALVOTERID. ") {
		t.Errorf("head:\n%s", lead)
	}
	text := page.Text(500)
	for _, want := range []string{"no supposed source being given", sentence, "--source FILE"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if strings.Contains(text, "PART BY PART") {
		t.Error("the parts of a fingerprint without a source stand in the text")
	}
	f.Untold = true
	text = Compared(res, "rollcheck test").Text(500)
	if !strings.Contains(text, "no supposed source being given: not told whether they share a copy: the order of rows alone speaks") || strings.Contains(text, "times more") {
		t.Errorf("the order alone, without a source:\n%s", text)
	}
	f.Untold = false
	res.Files = append(res.Files, file("src.csv", september, "US-FL", 9000, nil))
	res.Repeated, res.Alone = append(res.Repeated, [hashing.NumKeyTypes]int64{}), append(res.Alone, [hashing.NumKeyTypes]int64{})
	f.Pair.Source = 2
	page = Compared(res, "rollcheck test")
	if lead := strings.Join(page.Lead, "\n"); !strings.Contains(lead, "src.csv being the supposed source: ") || !strings.Contains(lead, sentence) {
		t.Errorf("head:\n%s", lead)
	}
	text = page.Text(78)
	for _, want := range []string{"each by itself, about 10 to 1", "one copy, about 200 to 1"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if strings.Contains(text, "--source") {
		t.Error("a source is asked for that was given")
	}
}
