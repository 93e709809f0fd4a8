package compare

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// The columns of a sheet beside the details: the number of the row, and what who
// checks it fills in.
const (
	sheetNumber = "number"
	sheetAnswer = "answer" // right, wrong or unknown
	sheetWrong  = "wrong_in"
	sheetNote   = "note"
)

// Errors of sheets, for errors.Is.
var (
	ErrSheet     = errors.New("the sheet cannot be scored")
	ErrSampleKey = errors.New("not the key of a sample")
)

// WriteSheet creates a file with the rows of the sample as CSV, readable by its owner
// only, and refuses to replace one (fs.ErrExist). It holds details of persons: it is
// for a file that the user named for it. Beside a number and the details it has the
// columns answer (right, wrong or unknown), wrong_in and note, empty. Nothing in it
// tells the stratum of a row: who checks it is to know no more of one than of
// another. A cell that a spreadsheet would run as a formula begins with an apostrophe.
func (s *Sample) WriteSheet(path string) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write(slices.Concat([]string{sheetNumber}, sheetFields, []string{sheetAnswer, sheetWrong, sheetNote}))
	for n, row := range s.rows {
		cells := []string{s.Key.number(n)}
		for _, v := range row {
			cells = append(cells, noFormula(v))
		}
		w.Write(append(cells, "", "", ""))
	}
	w.Flush() // of a buffer: it does not fail
	if err := writeNew(path, b.Bytes()); err != nil {
		return fmt.Errorf("writing the sheet: %w", err)
	}
	return nil
}

// noFormula keeps a cell from being run (OWASP, "CSV Injection").
func noFormula(v string) string {
	if v != "" && strings.ContainsRune("=+-@\t\r", rune(v[0])) {
		return "'" + v
	}
	return v
}

// number returns what stands in the first column: the sheet's name, so that a sheet
// is not scored with the key of another, and the row's number.
func (k *SampleKey) number(n int) string { return fmt.Sprintf("%s-%d", k.Sheet, n+1) }

// sampleFormat is the first member of a key's file.
const sampleFormat = "rollcheck-sample 1"

type keyFile struct {
	Format string `json:"format"`
	SampleKey
}

// WriteKey creates a file with the key, as JSON, readable by its owner only, and
// refuses to replace one (fs.ErrExist). Who checks the rows should not have it.
func (k *SampleKey) WriteKey(path string) error {
	b, err := json.MarshalIndent(keyFile{sampleFormat, *k}, "", " ")
	if err == nil {
		err = writeNew(path, append(b, '\n'))
	}
	if err != nil {
		return fmt.Errorf("writing the key of the sample: %w", err)
	}
	return nil
}

// maxKeyFile bounds the file of a key: [MaxSample] numbers and [MaxStrata] names.
const maxKeyFile = 1 << 20

// ReadSampleKey reads what [SampleKey.WriteKey] wrote. An error wraps [ErrSampleKey].
func ReadSampleKey(r io.Reader) (*SampleKey, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxKeyFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading the key of the sample: %w", err)
	}
	var f keyFile
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if len(b) > maxKeyFile || dec.Decode(&f) != nil || f.Format != sampleFormat {
		return nil, ErrSampleKey
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	return &f.SampleKey, nil
}

func (k *SampleKey) check() error {
	if len(k.Strata) == 0 || len(k.Strata) > MaxStrata || len(k.Stratum) > MaxSample || len(k.Sheet) != 4 {
		return fmt.Errorf("%w: it has no strata, or too many rows", ErrSampleKey)
	}
	drawn, rows := make([]int, len(k.Strata)), int64(0)
	for _, s := range k.Stratum {
		if s < 0 || s >= len(drawn) {
			return fmt.Errorf("%w: a row is of no stratum", ErrSampleKey)
		}
		drawn[s]++
	}
	for i, s := range k.Strata {
		if s.Drawn != drawn[i] || s.Rows < int64(s.Drawn) || s.Rows > math.MaxInt64-rows {
			return fmt.Errorf("%w: stratum %d has other rows than it says", ErrSampleKey, i+1)
		}
		rows += s.Rows
	}
	return nil
}

// Score is what the answers on a sheet say.
type Score struct {
	By      Stratify
	Strata  []StratumScore
	Drawn   int
	Checked int   // answered right or wrong
	Wrong   int   //
	Covered int64 // rows of the file in strata of which any row was checked
	Rows    int64
	// Rate is the share of the rows of the covered strata that are wrong, each
	// stratum counting by its rows, and its 95 % interval.
	Rate, Low, High float64
	Effective       float64 // rows of a simple random sample that would be as sure
	// RuleOfThree is 3/n if no row was wrong, and 0 otherwise: the bound that the rate
	// is under with 95 % confidence (Hanley and Lippman-Hand 1983, "If nothing goes
	// wrong, is everything all right?", JAMA 249: 1743-1745), n being Effective.
	RuleOfThree float64
}

// StratumScore is what the answers say of one stratum.
type StratumScore struct {
	Stratum
	Rate        Share // wrong rows of those checked; its interval is Clopper and Pearson's
	Unknown     int   // rows that could not be checked, or have no answer
	RuleOfThree float64
}

// ScoreSheet reads a sheet that was filled in, and scores it by its key. Spreadsheets
// may have changed it: columns may stand in any order or be missing but for number
// and answer, cells be cut by semicolons or tabs, lines end in CR LF, the text begin
// with a byte order mark, rows be sorted anew, and blank lines be between. An answer
// is right or wrong, or one of the words for them in answerWords; an empty one, a row
// that is missing, and "unknown" count as not checked. An error wraps [ErrSheet] and
// names lines and columns, never what is in them.
//
// The rate of the whole is the sum over strata of their share of the rows times
// their rate. Its interval is that of Korn and Graubard (1998, "Confidence intervals
// for proportions with small expected number of positive counts estimated from
// survey data", Survey Methodology 24: 193-201): Clopper's and Pearson's with the
// effective size p(1-p)/Var(p) for the number of rows, but at most the size by the
// weights alone, 1 over the sum of their squares by rows (Kish 1965, Survey Sampling,
// 11.7): where a few rows stand for a large stratum their variance is itself a
// guess. Their factor for the degrees of freedom of the variance is left out: with a
// few rows a stratum it would be 0.99, of ten rows in four strata 0.85. With no wrong row, or none right, the first is 0/0 and the second stands.
// That rows of the file are drawn without putting back is left out, which errs
// to the safe side. Strata of which no row was checked are left out of the rate:
// Covered says of how many rows it is.
func ScoreSheet(r io.Reader, key *SampleKey) (*Score, error) {
	if err := key.check(); err != nil {
		return nil, err
	}
	answers, err := readSheet(r, key)
	if err != nil {
		return nil, err
	}
	return key.score(answers), nil
}

// answer is what a sheet says of a row.
type answer byte

const (
	open answer = iota
	right
	wrong
)

// answerWords are what people write into the column.
var answerWords = map[string]answer{
	"": open, "unknown": open, "?": open, "u": open, "unreached": open, "n/a": open, "open": open,
	"right": right, "r": right, "correct": right, "yes": right, "y": right, "ok": right, "true": right, "1": right,
	"wrong": wrong, "w": wrong, "incorrect": wrong, "no": wrong, "n": wrong, "false": wrong, "0": wrong,
}

// maxSheet bounds a sheet: [MaxSample] rows of some notes.
const maxSheet = 64 << 20

// readSheet returns the answers by number.
func readSheet(r io.Reader, key *SampleKey) ([]answer, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxSheet+1))
	if err != nil {
		return nil, fmt.Errorf("reading the sheet: %w", err)
	}
	if len(b) > maxSheet {
		return nil, fmt.Errorf("%w: it is larger than any sheet", ErrSheet)
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	c := csv.NewReader(bytes.NewReader(b))
	c.Comma, c.FieldsPerRecord, c.LazyQuotes = delimiterOf(b), -1, true
	answers, seen := make([]answer, len(key.Stratum)), make([]int, len(key.Stratum))
	number, said := -1, -1
	for {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("%w: line %d is no line of CSV", ErrSheet, lineOf(err))
		}
		line, _ := c.FieldPos(0)
		if !slices.ContainsFunc(cells, func(s string) bool { return strings.TrimSpace(s) != "" }) {
			continue
		}
		if number < 0 {
			if number, said = columnsOf(cells); number < 0 || said < 0 {
				return nil, fmt.Errorf("%w: line %d does not name the columns %q and %q", ErrSheet, line, sheetNumber, sheetAnswer)
			}
			continue
		}
		n, a, err := key.readRow(cells, number, said)
		if err != nil {
			return nil, fmt.Errorf("%w: line %d, %w", ErrSheet, line, err)
		}
		if seen[n] != 0 {
			return nil, fmt.Errorf("%w: line %d has the number of line %d", ErrSheet, line, seen[n])
		}
		answers[n], seen[n] = a, line
	}
	if number < 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrSheet)
	}
	return answers, nil
}

func lineOf(err error) int {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return p.Line
	}
	return 0
}

// delimiterOf returns what the first line that has anything is cut by.
func delimiterOf(b []byte) rune {
	line, _, _ := bytes.Cut(bytes.TrimLeft(b, "\r\n \t,;"), []byte("\n"))
	best, most := ',', 0
	for _, d := range ",;\t" {
		if n := bytes.Count(line, []byte(string(d))); n > most {
			best, most = d, n
		}
	}
	return best
}

func columnsOf(cells []string) (number, said int) {
	is := func(name string) func(string) bool {
		return func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), name) }
	}
	return slices.IndexFunc(cells, is(sheetNumber)), slices.IndexFunc(cells, is(sheetAnswer))
}

// readRow returns the number and the answer of a row.
func (k *SampleKey) readRow(cells []string, number, said int) (int, answer, error) {
	cell := func(i int) string {
		if i >= len(cells) {
			return ""
		}
		return strings.TrimSpace(cells[i])
	}
	sheet, digits, ok := strings.Cut(cell(number), "-")
	n, err := strconv.Atoi(digits)
	switch {
	case !ok || err != nil:
		return 0, 0, fmt.Errorf("column %q: no number of a row", sheetNumber)
	case !strings.EqualFold(sheet, k.Sheet):
		return 0, 0, fmt.Errorf("column %q: of another sheet than this key", sheetNumber)
	case n < 1 || n > len(k.Stratum):
		return 0, 0, fmt.Errorf("column %q: the sample has %d rows", sheetNumber, len(k.Stratum))
	}
	a, ok := answerWords[strings.ToLower(cell(said))]
	if !ok {
		return 0, 0, fmt.Errorf("column %q: write right, wrong or unknown", sheetAnswer)
	}
	return n - 1, a, nil
}

// score counts the answers.
func (k *SampleKey) score(answers []answer) *Score {
	s := &Score{By: k.By, Drawn: len(answers), Rows: k.Rows}
	checked, bad := make([]int, len(k.Strata)), make([]int, len(k.Strata))
	for n, a := range answers {
		if i := k.Stratum[n]; a != open {
			checked[i]++
			if a == wrong {
				bad[i]++
			}
		}
	}
	for i, t := range k.Strata {
		r := StratumScore{Stratum: t, Rate: ClopperPearson(int64(bad[i]), int64(checked[i])), Unknown: t.Drawn - checked[i]}
		if bad[i] == 0 && checked[i] > 0 {
			r.RuleOfThree = min(3/float64(checked[i]), 1)
		}
		s.Strata = append(s.Strata, r)
		s.Checked += checked[i]
		s.Wrong += bad[i]
		if checked[i] > 0 {
			s.Covered += t.Rows
		}
	}
	s.whole()
	return s
}

// whole puts the strata together.
func (s *Score) whole() {
	variance, squares := 0.0, 0.0
	for _, t := range s.Strata {
		n := float64(t.Rate.Of)
		if n == 0 {
			continue
		}
		w, p := float64(t.Rows)/float64(s.Covered), t.Rate.Value()
		s.Rate += w * p
		squares += w * w / n
		variance += w * w * p * (1 - p) / max(n-1, 1)
	}
	if s.Checked == 0 {
		s.Low, s.High = 0, 1
		return
	}
	s.Effective = 1 / squares
	if variance > 0 {
		s.Effective = min(s.Effective, s.Rate*(1-s.Rate)/variance)
	}
	s.Low, s.High = clopperPearson(s.Rate*s.Effective, s.Effective)
	if s.Wrong == 0 {
		s.RuleOfThree = min(3/s.Effective, 1)
	}
}
