package exposure

import (
	"bufio"
	"encoding/json"
	"io"
	"math"
	"math/bits"
	"strconv"
	"time"
	"unicode/utf8"

	"rollcheck/data/field"
)

// NewJSON returns a handler that writes JSON lines, each with its "type":
//
//	{"type":"start","canonical":"rc1","datasets":[{"dataset","title","kind","incident","as_of","jurisdictions","unknown_columns","left_out_tables","coverage"}]}
//	{"type":"finding","person","id","dataset","tier","keys","initial","spellings","shared","fields","fields_basis",
//	 "beyond_public","restricted","unsettled","if_given","incident","expected_namesakes"}
//	{"type":"person","person","id","exposed","complete","datasets":[{"dataset","state","coverage","why"}],"problems","notes","line"}
//	{"type":"done","people","exposed","complete","strong","likely","possible","not_found","no_answer","datasets_searched","jurisdictions_asked"}
//
// A finding also has "via" when a spelling other than the one given was found
// (names of [Steps]) and "birth":"conflicts" when the record has another date
// or year of birth.
//
// Of a finding's "fields", those in "beyond_public" were not open to everybody
// where the dataset's people are registered, at the time of its data; those of
// them in "restricted" were open to named recipients; of those in "unsettled" it
// cannot be told; those in "if_given" were public only if the person gave them to the
// election office, which most voters do not ([field.Volunteered]); the others were public
// ([PublicRecord]). "restricted", "unsettled" and "if_given" are there when there are any,
// "incident", an id of data/catalogue, when the dataset names one. "unknown_columns", there when there are any, are those of a
// dataset of which nothing says what they hold: whether they were public cannot be told.
// No more can that of what stands in its "left_out_tables", which hold rows and were not read.
//
// When a server was asked ([Asker]), the start also has "server", "operator",
// "fingerprint", "mode", "manifest_seq" and "jurisdictions"; a finding's
// "fields_basis" is "dataset" where only that is known which fields the dataset
// has; a person has "jurisdictions_asked", "jurisdictions_without_records" (of
// which the server has none), "expected_false_hits", and, where not
// all was asked, "not_asked" ("spelling", "key", "other-bucket", "jurisdiction",
// "budget") and, of a budget used up, "retry", the time to ask again.
//
// A dataset's "why" is there when there is something to say; a person has
// "problems" when fields could not be used, and "notes" when some were read in
// another way than they stand there. "id" is there when the input gave one,
// "line" when the person was read from a file. "strong", "likely" and "possible"
// count the exposed by their best finding. The fields of a line stand in this
// order. Nothing of a person is in any of them but their id.
func NewJSON(w io.Writer) Handler {
	return &jsonHandler{w: bufio.NewWriterSize(w, 1<<16), datasets: make(map[*DatasetAnswer][]byte)}
}

type jsonHandler struct {
	w        *bufio.Writer
	line     []byte
	datasets map[*DatasetAnswer][]byte // encoded answers that many people share, by their first
}

func (h *jsonHandler) write(b []byte) error {
	h.line = append(b, '\n')
	_, err := h.w.Write(h.line)
	return err
}

// Start implements [Handler].
func (h *jsonHandler) Start(s *Start) error {
	b := append(h.line[:0], `{"type":"start","canonical":`...)
	b = appendServer(appendText(b, s.Canonical), s.Server)
	b = append(b, `,"datasets":[`...)
	for i, d := range s.Datasets {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(append(b, `{"dataset":`...), d.ID)
		if d.Title != "" {
			b = appendText(append(b, `,"title":`...), d.Title)
		}
		b = appendText(append(b, `,"kind":`...), string(d.Kind))
		if d.Incident != "" {
			b = appendText(append(b, `,"incident":`...), d.Incident)
		}
		if d.AsOf != "" {
			b = appendText(append(b, `,"as_of":`...), d.AsOf)
		}
		b = appendTexts(append(b, `,"jurisdictions":`...), d.Jurisdictions)
		if len(d.Unknown) > 0 {
			b = appendTexts(append(b, `,"unknown_columns":`...), d.Unknown)
		}
		if len(d.OtherTables) > 0 {
			b = appendTexts(append(b, `,"left_out_tables":`...), d.OtherTables)
		}
		b = append(appendShare(append(b, `,"coverage":`...), d.Coverage()), '}')
	}
	if err := h.write(append(b, "]}"...)); err != nil {
		return err
	}
	return h.w.Flush()
}

func appendServer(b []byte, s *Server) []byte {
	if s == nil {
		return b
	}
	for _, text := range [...][2]string{
		{`,"server":`, s.URL}, {`,"operator":`, s.Operator}, {`,"fingerprint":`, s.Fingerprint}, {`,"mode":`, s.Mode},
	} {
		b = appendText(append(b, text[0]...), text[1])
	}
	b = strconv.AppendUint(append(b, `,"manifest_seq":`...), s.Seq, 10)
	return appendTexts(append(b, `,"jurisdictions":`...), s.Jurisdictions)
}

// Finding implements [Handler].
func (h *jsonHandler) Finding(f *Finding) error {
	b := append(h.line[:0], `{"type":"finding","person":`...)
	b = strconv.AppendInt(b, int64(f.Person), 10)
	b = appendID(b, f.ID)
	b = appendText(append(b, `,"dataset":`...), f.Dataset.ID)
	b = appendText(append(b, `,"tier":`...), f.Tier.String())
	b = append(b, `,"keys":[`...)
	for keys := f.Keys; keys != 0; keys &= keys - 1 {
		if keys != f.Keys {
			b = append(b, ',')
		}
		b = appendText(b, keys.lowest().String())
	}
	b = appendText(append(b, `],"initial":`...), f.Initial.String())
	if f.Birth == Conflicts {
		b = append(b, `,"birth":"conflicts"`...)
	}
	b = strconv.AppendInt(append(b, `,"spellings":`...), int64(f.Tried), 10)
	if f.Steps != 0 {
		b = appendTexts(append(b, `,"via":`...), f.Steps.Names())
	}
	b = strconv.AppendBool(append(b, `,"shared":`...), f.Shared)
	b = appendKinds(append(b, `,"fields":`...), f.Fields)
	basis := "record"
	if f.OfDataset {
		basis = "dataset"
	}
	b = appendText(append(b, `,"fields_basis":`...), basis)
	b = appendKinds(append(b, `,"beyond_public":`...), f.Beyond())
	if s := f.Restricted(); s != 0 {
		b = appendKinds(append(b, `,"restricted":`...), s)
	}
	if s := f.Unsettled(); s != 0 {
		b = appendKinds(append(b, `,"unsettled":`...), s)
	}
	if s := f.IfGiven(); s != 0 {
		b = appendKinds(append(b, `,"if_given":`...), s)
	}
	if f.Dataset.Incident != "" {
		b = appendText(append(b, `,"incident":`...), f.Dataset.Incident)
	}
	b = appendOdds(append(b, `,"expected_namesakes":`...), f.Odds)
	return h.write(append(b, '}'))
}

// appendKinds appends the names of the kinds of a set, in number order.
func appendKinds(b []byte, s field.Set) []byte {
	b = append(b, '[')
	for rest := s; rest != 0; rest &= rest - 1 {
		if rest != s {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), field.Kind(bits.TrailingZeros32(uint32(rest))).String()...), '"')
	}
	return append(b, ']')
}

// Person implements [Handler].
func (h *jsonHandler) Person(a *Answer) error {
	b := append(h.line[:0], `{"type":"person","person":`...)
	b = strconv.AppendInt(b, int64(a.Person), 10)
	b = appendID(b, a.ID)
	b = strconv.AppendBool(append(b, `,"exposed":`...), a.Exposed)
	b = strconv.AppendBool(append(b, `,"complete":`...), a.Complete)
	b = h.appendDatasets(append(b, `,"datasets":`...), a)
	b = appendAsked(b, a)
	b = appendProblems(b, `,"problems":[`, a.Problems)
	b = appendProblems(b, `,"notes":[`, a.Notes)
	if a.Line > 0 {
		b = strconv.AppendInt(append(b, `,"line":`...), int64(a.Line), 10)
	}
	return h.write(append(b, '}'))
}

// appendAsked appends how far a server was asked.
func appendAsked(b []byte, a *Answer) []byte {
	if len(a.Asked)+len(a.Nowhere) == 0 {
		return b
	}
	b = appendTexts(append(b, `,"jurisdictions_asked":`...), a.Asked)
	if len(a.Nowhere) > 0 {
		b = appendTexts(append(b, `,"jurisdictions_without_records":`...), a.Nowhere)
	}
	b = appendOdds(append(b, `,"expected_false_hits":`...), a.FalseHits)
	if a.Gaps != 0 {
		b = appendTexts(append(b, `,"not_asked":`...), gapList(a.Gaps))
	}
	if !a.Retry.IsZero() {
		b = appendText(append(b, `,"retry":`...), a.Retry.Format(time.RFC3339))
	}
	return b
}

func appendProblems(b []byte, label string, problems []FieldError) []byte {
	if len(problems) == 0 {
		return b
	}
	b = append(b, label...)
	for i, p := range problems {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, p.Error())
	}
	return append(b, ']')
}

func appendID(b []byte, id string) []byte {
	if id == "" {
		return b
	}
	return appendText(append(b, `,"id":`...), id)
}

// maxEncoded bounds the encoded answers kept.
const maxEncoded = 1 << 12

func (h *jsonHandler) appendDatasets(b []byte, a *Answer) []byte {
	if !a.common {
		return appendDatasets(b, a.Datasets)
	}
	encoded, ok := h.datasets[&a.Datasets[0]]
	if !ok {
		if len(h.datasets) == maxEncoded {
			clear(h.datasets)
		}
		encoded = appendDatasets(nil, a.Datasets)
		h.datasets[&a.Datasets[0]] = encoded
	}
	return append(b, encoded...)
}

func appendDatasets(b []byte, ds []DatasetAnswer) []byte {
	b = append(b, '[')
	for i := range ds {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(append(b, `{"dataset":`...), ds[i].Dataset.ID)
		b = appendText(append(b, `,"state":`...), ds[i].State.String())
		b = appendShare(append(b, `,"coverage":`...), ds[i].Coverage)
		if ds[i].Why != "" {
			b = appendText(append(b, `,"why":`...), ds[i].Why)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

// Flush writes what is buffered; [Check] calls it after each block.
func (h *jsonHandler) Flush() error { return h.w.Flush() }

// Done implements [Handler].
func (h *jsonHandler) Done(s *Summary) error {
	b := append(h.line[:0], `{"type":"done","people":`...)
	b = strconv.AppendInt(b, int64(s.People), 10)
	b = strconv.AppendInt(append(b, `,"exposed":`...), int64(s.Exposed), 10)
	b = strconv.AppendBool(append(b, `,"complete":`...), s.Complete())
	for _, n := range []struct {
		label  string
		people int
	}{{`,"strong":`, s.Strong}, {`,"likely":`, s.Likely}, {`,"possible":`, s.Possible}, {`,"not_found":`, s.NotFound()}, {`,"no_answer":`, s.Unsettled}} {
		b = strconv.AppendInt(append(b, n.label...), int64(n.people), 10)
	}
	b = strconv.AppendInt(append(b, `,"datasets_searched":`...), int64(s.DatasetsSearched), 10)
	b = appendTexts(append(b, `,"jurisdictions_asked":`...), s.Jurisdictions)
	if err := h.write(append(b, '}')); err != nil {
		return err
	}
	return h.w.Flush()
}

// appendText appends s as a JSON text.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			text, err := json.Marshal(s)
			if err != nil { // a string can always be encoded
				panic(err)
			}
			return append(b, text...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

func appendTexts(b []byte, texts []string) []byte {
	b = append(b, '[')
	for i, t := range texts {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, t)
	}
	return append(b, ']')
}

// appendShare appends a share with four digits, rounded down: only a whole is 1.
func appendShare(b []byte, x float64) []byte {
	return strconv.AppendFloat(b, math.Floor(x*1e4)/1e4, 'f', -1, 64)
}

// appendOdds appends an expected number with two significant digits.
func appendOdds(b []byte, x float64) []byte {
	switch {
	case x <= 0:
		return append(b, '0')
	case x >= 10:
		return strconv.AppendFloat(b, math.Round(x), 'f', 0, 64)
	case x < 1e-9:
		return append(b, "0.000000001"...)
	}
	digits := 1 - int(math.Floor(math.Log10(x)))
	scale := math.Pow(10, float64(digits))
	return strconv.AppendFloat(b, math.Round(x*scale)/scale, 'f', -1, 64)
}
