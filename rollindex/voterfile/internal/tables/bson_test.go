package tables

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rollcheck/internal/racetest"
)

// voters makes documents of invented values, of every kind of element.
func voters(n int, seed uint64) []bson.D {
	_, rows := fiction(n, seed)
	r := rand.New(rand.NewPCG(seed, 2))
	docs := make([]bson.D, n)
	for i, row := range rows {
		var name bson.D
		for c, key := range map[int]string{1: "last", 2: "first"} {
			if row[c] != nil {
				name = append(name, bson.E{Key: key, Value: *row[c]})
			} else {
				name = append(name, bson.E{Key: key, Value: nil})
			}
		}
		slices.SortFunc(name, func(a, b bson.E) int { return strings.Compare(b.Key, a.Key) })
		born := time.Date(1900+r.IntN(107), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
		d := bson.D{
			{Key: "_id", Value: bson.ObjectID{byte(i >> 8), byte(i), 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
			{Key: "name", Value: name},
			{Key: "born", Value: bson.NewDateTimeFromTime(born)},
			{Key: "seen", Value: bson.DateTime(r.Int64N(4e12) - 2e12)},
			{Key: "year", Value: float64(born.Year())},
			{Key: "share", Value: r.NormFloat64()},
			{Key: "n", Value: int32(r.Uint32())},
			{Key: "big", Value: int64(r.Uint64())},
			{Key: "active", Value: r.IntN(2) == 0},
			{Key: "photo", Value: bson.Binary{Data: []byte{1, 2, 3}}},
			{Key: "tags", Value: bson.A{"a", nil, int32(2), bson.A{"b"}, bson.D{{Key: "x", Value: 1}}}},
			{Key: "score", Value: bson.NewDecimal128(0x303c000000000000, uint64(r.IntN(1e6)))},
		}
		phones := bson.A{}
		for range r.IntN(7) {
			phones = append(phones, bson.D{{Key: "number", Value: fmt.Sprintf("555-01%02d", r.IntN(100))}})
		}
		if d = append(d, bson.E{Key: "phones", Value: phones}); r.IntN(3) == 0 {
			d = append(d,
				bson.E{Key: "odd", Value: bson.Regex{Pattern: "a", Options: "i"}},
				bson.E{Key: "code", Value: bson.JavaScript("x")},
				bson.E{Key: "scope", Value: bson.CodeWithScope{Code: "x", Scope: bson.D{{Key: "y", Value: 1}}}},
				bson.E{Key: "ts", Value: bson.Timestamp{T: 1, I: 2}},
				bson.E{Key: "min", Value: bson.MinKey{}},
				bson.E{Key: "max", Value: bson.MaxKey{}},
				bson.E{Key: "symbol", Value: bson.Symbol("s")},
				bson.E{Key: "undefined", Value: bson.Undefined{}},
				bson.E{Key: "pointer", Value: bson.DBPointer{DB: "d"}},
				bson.E{Key: "nan", Value: math.NaN()})
		}
		docs[i] = d
	}
	return docs
}

func marshal(t testing.TB, docs []bson.D) []byte {
	t.Helper()
	var out []byte
	for _, d := range docs {
		b, err := bson.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b...)
	}
	return out
}

// TestBSONAgainstDriver writes documents with MongoDB's driver, as BSON and as
// its two kinds of extended JSON, one a line. All three have to read as the same
// table.
func TestBSONAgainstDriver(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	docs := voters(2000, 1)
	file := marshal(t, docs)
	if !SniffBSON(file) || !SniffBSON(file[:100]) {
		t.Error("the file is not told by its beginning")
	}
	f, err := OpenBSON(t.Context(), slowly(file), 0)
	if err != nil {
		t.Fatal(err)
	}
	want, err := readRows(f, 0)
	if err != nil {
		t.Fatal(err)
	}
	if rows := f.Tables()[0].Rows; rows != int64(len(docs)) || strings.Count(want, "\n") != len(docs) || strings.Contains(want, Unreadable) {
		t.Errorf("%d rows and %d lines of %d documents", rows, strings.Count(want, "\n"), len(docs))
	}
	for _, canonical := range []bool{true, false} {
		var lines bytes.Buffer
		for _, d := range docs {
			b, err := bson.MarshalExtJSON(d, canonical, false)
			if err != nil {
				t.Fatal(err)
			}
			lines.Write(append(b, '\n'))
		}
		j, err := OpenJSON(t.Context(), slowly(lines.Bytes()), 0)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := j.Tables()[0].Columns, f.Tables()[0].Columns; !slices.Equal(got, want) {
			t.Fatalf("columns %q, want %q", got, want)
		}
		got, err := readRows(j, 0)
		if err != nil {
			t.Fatal(err)
		}
		compareLines(t, got, want)
	}
	if first, _, _ := strings.Cut(want, "\n"); !strings.Contains(first, "000002030405060708090a0b") {
		t.Errorf("no object id in %q", first)
	}
}

func TestBSONValues(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		value any
		want  string
	}{
		{1961.0, "1961"}, {-0.5, "-0.5"}, {5.550100e9, "5550100000"}, {1e300, "1e+300"}, {math.Inf(1), ""},
		{bson.NewDateTimeFromTime(time.Date(1961, 5, 3, 0, 0, 0, 0, time.UTC)), "1961-05-03"},
		{bson.DateTime(-1), "1969-12-31T23:59:59.999Z"}, {bson.DateTime(1000), "1970-01-01T00:00:01Z"},
		{bson.DateTime(math.MaxInt64), "9223372036854775807"},
		{"a\r\nb\x1fc\x00d", "a  b c d"}, {"\xff\xfe\xc3", "\uFFFD\uFFFD\uFFFD"},
		{bson.A{}, ""}, {bson.A{bson.A{"a"}, "b"}, "a; b"}, {bson.D{}, ""},
	} {
		b := marshal(t, []bson.D{{{Key: "k", Value: test.value}, {Key: "end", Value: "."}}})
		got := show(OpenBSON, bytesInput(b), 0)
		want := fmt.Sprintf("table \"\", 1 rows: k | end\n\t%s | .\n", test.want)
		if test.want == "" && (fmt.Sprint(test.value) == "[]" || fmt.Sprint(test.value) == "{}") {
			want = "table \"\", 1 rows: end\n\t.\n"
		}
		if got != want {
			t.Errorf("%v reads as %q, want %q", test.value, got, want)
		}
	}
}

// TestDecimal128 compares with the driver, whose numbers have an exponent where
// ours are written out.
func TestDecimal128(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"0": "0", "1961": "1961", "1961.0": "1961", "-12.50": "-12.50", "1E+3": "1000", "0.001": "0.001", "1E-6": "0.000001",
		"9999999999999999999999999999999999": "9999999999999999999999999999999999", "NaN": "", "-Infinity": "", "1E+6000": "1E+6000", "1E-6000": "1E-6000",
		"-0.00": "-0",
	} {
		d, err := bson.ParseDecimal128(text)
		if err != nil {
			t.Fatal(err)
		}
		high, low := d.GetBytes()
		if got := string(appendDecimal128(nil, high, low)); got != want {
			t.Errorf("%s reads as %q, want %q", text, got, want)
		}
	}
	const one, large = uint64(6176) << 49, uint64(3) << 61 // exponent 0, and the coding for large coefficients
	for _, high := range []uint64{one | 1<<49 - 1, large} {
		if got := string(appendDecimal128(nil, high, 1)); got != "0" {
			t.Errorf("%x reads as %q, want 0", high, got)
		}
	}
}

// TestBSONDamage: what is within the bounds of a document is passed over, what
// breaks them ends the rows, and no length is believed.
func TestBSONDamage(t *testing.T) {
	t.Parallel()
	good := marshal(t, []bson.D{{{Key: "a", Value: "x"}}})
	inner := bytes.Clone(good)
	inner[7] = 200 // the length of the text
	early := marshal(t, []bson.D{{{Key: "a", Value: bson.D{{Key: "b", Value: int32(1)}}}}})
	early[11] = 0 // where the element within begins
	huge := []byte{0xFF, 0xFF, 0xFF, 0x7F, 2, 'a', 0}
	noEnd := bytes.Clone(good)
	noEnd[len(noEnd)-1] = 1
	deep := []byte{5, 0, 0, 0, 0}
	for range flatDepth + 5 {
		d := append([]byte{0, 0, 0, 0, bsonDocument, 'd', 0}, deep...)
		d = append(d, 0)
		d[0], d[1] = byte(len(d)), byte(len(d)>>8)
		deep = d
	}
	for name, test := range map[string]struct {
		file []byte
		want string
	}{
		"inner":     {slices.Concat(good, inner, good), "table \"\", 3 rows: a\n\tx\n\t(unreadable)\n\tx\n"},
		"early":     {slices.Concat(good, early), "table \"\", 2 rows: a\n\tx\n\t(unreadable)\n"},
		"huge":      {slices.Concat(good, huge), "table \"\", 1 rows: a\n\tx\nerror: a document has a size that cannot be, at byte 14: damaged\n"},
		"no end":    {slices.Concat(good, noEnd), "table \"\", 1 rows: a\n\tx\nerror: a document does not end where it should, at byte 14: damaged\n"},
		"truncated": {slices.Concat(good, good[:9]), "table \"\", 1 rows: a\n\tx\nerror: the file ends within a document, at byte 23: truncated\n"},
		"deep":      {slices.Concat(good, deep), "table \"\", 2 rows: a\n\tx\n\t(unreadable)\n"},
		"empty":     {nil, ""},
	} {
		if got := show(OpenBSON, bytesInput(test.file), 0); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

// TestBSONLength is not parallel: it counts bytes. A length of 16 MiB with nothing
// behind it must not take as much.
func TestBSONLength(t *testing.T) {
	before := totalAlloc()
	if _, err := OpenBSON(t.Context(), bytesInput([]byte{0, 0, 0, 1, 2}), 0); !errors.Is(err, ErrTruncated) {
		t.Error(err)
	}
	if n := totalAlloc() - before; n > 2<<20 {
		t.Errorf("%d KiB for a few bytes", n>>10)
	}
}

func totalAlloc() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func TestSniffBSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"":                         false,
		"LAST,FIRST\nVane,Otto\n":  false,
		"\x05\x00\x00\x00\x00":     true,
		"\x00\x00\x00\x00\x00\x00": false,
		"\xff\xfea\x00\t\x00b\x00\t\x00c\x00\n\x00d\x00": false,
		"\x1f\x8b\x08\x00\x00\x00\x00":                   false,
		"PK\x03\x04\x14\x00":                             false,
	} {
		if got := SniffBSON([]byte(text)); got != want {
			t.Errorf("SniffBSON(%q) = %v, want %v", text, got, want)
		}
	}
}

func FuzzBSON(f *testing.F) {
	f.Add(marshal(f, voters(3, 2)))
	f.Add([]byte{5, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		checkAgreement(t, OpenBSON, b)
		SniffBSON(b)
		// What the driver reads as text is what is read here.
		var raw bson.Raw = b
		if size, _ := bsonSize(b); size != len(b) || raw.Validate() != nil {
			return
		}
		text, err := bson.MarshalExtJSON(raw, false, false)
		if err != nil || !json.Valid(text) {
			return
		}
		if bf, err := OpenBSON(t.Context(), bytesInput(b), 0); err == nil && len(bf.Tables()) > 0 && len(bf.Tables()[0].Columns) > 0 {
			lines, err := readRows(bf, 0)
			if err == nil && strings.Contains(lines, Unreadable) {
				t.Errorf("a document that the driver reads is unreadable: %x", b)
			}
		}
	})
}

func TestBSONMemory(t *testing.T) {
	file := string(marshal(t, voters(1000, 3)))
	checkMemory(t, OpenBSON, repeated("", file, 64<<20/len(file)))
}

func BenchmarkBSON(b *testing.B) {
	benchmarkRows(b, OpenBSON, marshal(b, voters(20_000, 4)))
}
