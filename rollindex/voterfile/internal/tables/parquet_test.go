package tables

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"rollcheck/internal/racetest"
)

// roll is a row of the files that these tests write, with the encodings there are.
type roll struct {
	ID      int64     `parquet:"id,delta"`
	Last    string    `parquet:"last,dict"`
	First   *string   `parquet:"first,optional"`
	Middle  string    `parquet:"middle,delta"`
	Street  string    `parquet:"street,plain"`
	Born    int32     `parquet:"born,date"`
	Seen    time.Time `parquet:"seen,timestamp(microsecond)"`
	Zip     int32     `parquet:"zip,split"`
	Fee     int64     `parquet:"fee,decimal(2:18)"`
	Score   float64   `parquet:"score,split"`
	Weight  *float32  `parquet:"weight,optional"`
	Active  bool      `parquet:"active"`
	Count   uint32    `parquet:"count"`
	Key     [16]byte  `parquet:"key,uuid"`
	Phones  []string  `parquet:"phones,list"`
	Tags    []int32   `parquet:"tags"`
	Address struct {
		City  string  `parquet:"city,dict"`
		State *string `parquet:"state,optional,dict"`
	} `parquet:"address"`
	Votes []struct {
		Date int32   `parquet:"date,date"`
		How  *string `parquet:"how,optional"`
	} `parquet:"votes,list"`
	Codes map[string]int32 `parquet:"codes"`
	Old   deprecated.Int96 `parquet:"old"`
	Small int32            `parquet:"small,delta"`
	Noon  int64            `parquet:"noon,time(microsecond)"`
}

const rollColumns = "id|last|first|middle|street|born|seen|zip|fee|score|weight|active|count|key|phones|tags|address.city|address.state|votes.date|votes.how|codes.key|codes.value|old|small|noon"

// someRolls makes rows with all that can be in one: nulls, empty lists, long
// runs, values that repeat and such that do not.
func someRolls(n int) []roll {
	random := rand.New(rand.NewPCG(3, 4))
	maybe := func(s string) *string {
		if random.IntN(3) == 0 {
			return nil
		}
		return &s
	}
	list := make([]roll, n)
	for i := range list {
		r := &list[i]
		r.ID = int64(i)*1000003 - 5000
		if i%500 > 400 {
			r.ID = int64(random.Uint64()) // so that differences take 64 bits
		}
		r.Last = fmt.Sprint("FICTION", i/50%40)
		r.First = maybe(fmt.Sprint("A", random.IntN(1000)))
		r.Middle = fmt.Sprint("MIDDLE NAME ", i/3)
		r.Street = fmt.Sprint(i, " ÉLM ST\nAPT\x1f", i%7)
		r.Born = int32(random.IntN(40000) - 15000)
		r.Seen = time.Unix(int64(random.IntN(2e9))-1e9, 0).UTC()
		if i%3 == 0 {
			r.Seen = r.Seen.Truncate(24 * time.Hour)
		}
		r.Zip = int32(random.IntN(99999))
		r.Fee = int64(random.IntN(100000) - 50000)
		r.Score = float64(random.IntN(4000)) / 8
		if w := float32(random.IntN(1000)) / 10; i%4 > 0 {
			r.Weight = &w
		}
		r.Active = i%100 < 70
		r.Count = random.Uint32()
		binary.BigEndian.PutUint64(r.Key[:], random.Uint64())
		for range random.IntN(4) {
			r.Phones = append(r.Phones, fmt.Sprintf("555-01%02d", random.IntN(100)))
		}
		for range max(0, random.IntN(8)-4) {
			r.Tags = append(r.Tags, int32(random.IntN(5)))
		}
		r.Address.City = fmt.Sprint("TOWN ", random.IntN(9))
		r.Address.State = maybe("ZZ")
		r.Votes = make([]struct {
			Date int32   `parquet:"date,date"`
			How  *string `parquet:"how,optional"`
		}, random.IntN(3))
		for k := range r.Votes {
			r.Votes[k].Date, r.Votes[k].How = int32(18000+k), maybe("mail")
		}
		if i%5 == 0 {
			r.Codes = map[string]int32{"k" + strconv.Itoa(i): int32(i)}
		}
		const julian = 2440588
		r.Old = deprecated.Int96{0, 0, uint32(julian + i)}
		r.Small = int32(-i)
		r.Noon = int64(i%86400) * 1e6 // microseconds
	}
	return list
}

// line is the row as it is to be read.
func (r *roll) line() string {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	day := func(n int32) string { return time.Unix(int64(n)*86400, 0).UTC().Format(time.DateOnly) }
	seen := strings.TrimSuffix(r.Seen.Format(time.DateTime), " 00:00:00")
	weight := ""
	if r.Weight != nil {
		weight = strconv.FormatFloat(float64(*r.Weight), 'f', -1, 32)
	}
	key := fmt.Sprintf("%x-%x-%x-%x-%x", r.Key[:4], r.Key[4:6], r.Key[6:8], r.Key[8:10], r.Key[10:])
	var tags, dates, hows, codes, counts []string
	for _, v := range r.Tags {
		tags = append(tags, fmt.Sprint(v))
	}
	for _, v := range r.Votes {
		dates = append(dates, day(v.Date))
		if v.How != nil {
			hows = append(hows, *v.How)
		}
	}
	for k, v := range r.Codes {
		codes, counts = append(codes, k), append(counts, fmt.Sprint(v))
	}
	fee := strconv.FormatFloat(float64(r.Fee)/100, 'f', -1, 64)
	return strings.Join([]string{
		fmt.Sprint(r.ID), r.Last, text(r.First), r.Middle, strings.NewReplacer("\n", " ", "\x1f", " ").Replace(r.Street), day(r.Born), seen, fmt.Sprint(r.Zip), fee,
		strconv.FormatFloat(r.Score, 'f', -1, 64), weight, fmt.Sprint(r.Active), fmt.Sprint(r.Count), key, strings.Join(r.Phones, "; "), strings.Join(tags, "; "),
		r.Address.City, text(r.Address.State), strings.Join(dates, "; "), strings.Join(hows, "; "), strings.Join(codes, "; "), strings.Join(counts, "; "),
		day(int32(r.Old[2]) - 2440588), fmt.Sprint(r.Small), time.UnixMicro(r.Noon).UTC().Format(time.TimeOnly),
	}, "|")
}

// parquetOf writes rows to a file.
func parquetOf[T any](t testing.TB, rows []T, options ...parquet.WriterOption) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, options...)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// readParquet returns the columns and rows of a file.
func readParquet(t testing.TB, b []byte) (columns, rows string, err error) {
	t.Helper()
	f, err := OpenParquet(t.Context(), bytesInput(b), 0)
	if err != nil {
		return "", "", err
	}
	defer f.Close()
	rows, err = allRows(t, f, 0)
	return strings.Join(f.Tables()[0].Columns, "|"), rows, err
}

func TestParquet(t *testing.T) {
	t.Parallel()
	rows := someRolls(3000)
	var want strings.Builder
	for i := range rows {
		want.WriteString(rows[i].line() + "\n")
	}
	for codec, c := range map[string]compress.Codec{"none": &parquet.Uncompressed, "snappy": &parquet.Snappy, "gzip": &parquet.Gzip, "zstd": &parquet.Zstd, "lz4": &parquet.Lz4Raw} {
		for version := 1; version <= 2; version++ {
			for _, page := range []int{500, 1 << 20} {
				t.Run(fmt.Sprint(codec, " version ", version, " pages of ", page), func(t *testing.T) {
					t.Parallel()
					b := parquetOf(t, rows, parquet.Compression(c), parquet.DataPageVersion(version), parquet.PageBufferSize(page), parquet.MaxRowsPerRowGroup(1100))
					columns, got, err := readParquet(t, b)
					if err != nil {
						t.Fatal(err)
					}
					if columns != rollColumns {
						t.Errorf("columns %s", columns)
					}
					parquetCompareLines(t, got+"\n", want.String())
				})
			}
		}
	}
}

// parquetCompareLines reports the first line that differs.
func parquetCompareLines(t *testing.T, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("line %d:\n%s\nwant\n%s", i+1, g[i], w[i])
		}
	}
	t.Fatalf("%d lines, want %d", len(g), len(w))
}

// TestParquetValues reads values at the edges of their types.
func TestParquetValues(t *testing.T) {
	t.Parallel()
	type row struct {
		Double float64   `parquet:"double"`
		Single float32   `parquet:"single"`
		Big    uint64    `parquet:"big"`
		Fixed  [3]byte   `parquet:"fixed"`
		Blob   []byte    `parquet:"blob"`
		Text   string    `parquet:"text"`
		Fee    [5]byte   `parquet:"fee,decimal(3:11)"`
		Milli  time.Time `parquet:"milli,timestamp(millisecond)"`
		Nano   time.Time `parquet:"nano,timestamp(nanosecond)"`
		Enum   string    `parquet:"enum,enum"`
		Day    int32     `parquet:"day,date"`
	}
	rows := []row{
		{1961, 1961, math.MaxUint64, [3]byte{'a', 'b', 'c'}, []byte("text"), "a\xff", [5]byte{0, 0, 0, 0x30, 0x39}, time.Unix(-1, 0).UTC(), time.Unix(86400, 5).UTC(), "E", -719162},
		{math.NaN(), float32(math.Inf(1)), 0, [3]byte{0xff}, []byte{0xff, 0xd8}, "", [5]byte{0xff, 0xff, 0xff, 0xff, 0xff}, time.Unix(0, 0).UTC(), time.Unix(0, 0).UTC(), "", 2932896},
		{1e21, 0.1, 1, [3]byte{}, nil, "\r", [5]byte{0, 0, 0, 0x03, 0xe8}, time.Unix(0, 0).UTC(), time.Unix(0, 0).UTC(), "", 2932897},
	}
	want := "1961|1961|18446744073709551615|abc|text|a\ufffd|12.345|1969-12-31 23:59:59|1970-01-02|E|0001-01-01\n" +
		"||0||||-0.001|1970-01-01|1970-01-01||9999-12-31\n" +
		"1000000000000000000000|0.1|1|   || |1|1970-01-01|1970-01-01||2932897"
	if _, got, err := readParquet(t, parquetOf(t, rows)); err != nil || got != want {
		t.Errorf("%q, %v; want\n%q", got, err, want)
	}
}

// TestParquetListBeginning: a group of rows cannot begin within a list.
func TestParquetListBeginning(t *testing.T) {
	t.Parallel()
	p := &parquetPages{column: &parquetColumn{maxRep: 1, maxDef: 1}, n: 1, rep: 1, defs: parquetHybrid{b: []byte{2, 0}, width: 1}}
	if _, err := p.appendRow(nil); !errors.Is(err, ErrDamaged) {
		t.Error(err)
	}
}

func TestParquetNoRows(t *testing.T) {
	t.Parallel()
	if columns, rows, err := readParquet(t, parquetOf(t, []roll{})); err != nil || columns != rollColumns || rows != "" {
		t.Errorf("%q %q, %v", columns, rows, err)
	}
}

// footerOf returns the footer of a file.
func footerOf(t testing.TB, b []byte) (m format.FileMetaData, at int) {
	t.Helper()
	at = len(b) - 8 - int(binary.LittleEndian.Uint32(b[len(b)-8:]))
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), b[at:len(b)-8], &m); err != nil {
		t.Fatal(err)
	}
	return m, at
}

// withFooter returns a file with a footer that change made of its own.
func withFooter(t testing.TB, b []byte, change func(m *format.FileMetaData)) []byte {
	t.Helper()
	m, at := footerOf(t, b)
	change(&m)
	footer, err := thrift.Marshal(new(thrift.CompactProtocol), &m)
	if err != nil {
		t.Fatal(err)
	}
	out := append(bytes.Clone(b[:at]), footer...)
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(footer))), "PAR1"...)
}

func TestParquetDamage(t *testing.T) {
	t.Parallel()
	type row struct {
		A int64   `parquet:"a"`
		B *string `parquet:"b,optional"`
	}
	text := "text"
	b := parquetOf(t, []row{{1, nil}, {2, &text}, {3, &text}}, parquet.Compression(&parquet.Snappy))
	chunk := func(f func(c *format.ColumnMetaData)) []byte {
		return withFooter(t, b, func(m *format.FileMetaData) { f(&m.RowGroups[0].Columns[0].MetaData) })
	}
	if _, got, err := readParquet(t, withFooter(t, b, func(*format.FileMetaData) {})); err != nil || got != "1|\n2|text\n3|text" {
		t.Fatalf("%q, %v", got, err)
	}
	// A list of two billion elements, which a program that believes it does not
	// survive; parquet-go 0.32.0 does believe it.
	huge := []byte{0x29, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07}
	huge = append(append([]byte("PAR1"), huge...), 7, 0, 0, 0, 'P', 'A', 'R', '1')
	for _, c := range []struct {
		name string
		file []byte
		want error
	}{
		{"cut", b[:len(b)-20], ErrTruncated},
		{"nothing", nil, ErrTruncated},
		{"another file", []byte(strings.Repeat("last,first\n", 9)), ErrDamaged},
		{"huge list", huge, ErrDamaged},
		{"footer larger than the file", append(bytes.Clone(b[:len(b)-8]), 0xff, 0xff, 0, 0, 'P', 'A', 'R', '1'), ErrDamaged},
		{"encrypted footer", append(bytes.Clone(b[:len(b)-4]), "PARE"...), errors.ErrUnsupported},
		{"Brotli", chunk(func(c *format.ColumnMetaData) { c.Codec = format.Brotli }), errors.ErrUnsupported},
		{"unknown codec", chunk(func(c *format.ColumnMetaData) { c.Codec = 99 }), errors.ErrUnsupported},
		{"wrong codec", chunk(func(c *format.ColumnMetaData) { c.Codec = format.Zstd }), ErrDamaged},
		{"beyond the file", chunk(func(c *format.ColumnMetaData) { c.DataPageOffset = 1 << 40 }), ErrDamaged},
		{"before the file", chunk(func(c *format.ColumnMetaData) { c.DataPageOffset = -5 }), ErrDamaged},
		{"other pages", chunk(func(c *format.ColumnMetaData) { c.DataPageOffset++ }), ErrDamaged},
		{"size", chunk(func(c *format.ColumnMetaData) { c.TotalCompressedSize = math.MaxInt64 }), ErrDamaged},
		{"another type", chunk(func(c *format.ColumnMetaData) { c.Type = format.Int32 }), ErrDamaged},
		{"fewer values", chunk(func(c *format.ColumnMetaData) { c.NumValues = 2 }), ErrDamaged},
		{"more values", chunk(func(c *format.ColumnMetaData) { c.NumValues = 4 }), ErrDamaged},
		{"fewer rows", withFooter(t, b, func(m *format.FileMetaData) { m.NumRows = 2; m.RowGroups[0].NumRows = 2 }), ErrDamaged},
		{"more rows", withFooter(t, b, func(m *format.FileMetaData) { m.NumRows = 4; m.RowGroups[0].NumRows = 4 }), ErrDamaged},
		{"negative rows", withFooter(t, b, func(m *format.FileMetaData) { m.RowGroups[0].NumRows = -1 }), ErrDamaged},
		{"a column less", withFooter(t, b, func(m *format.FileMetaData) { m.RowGroups[0].Columns = m.RowGroups[0].Columns[:1] }), ErrDamaged},
		{"no columns", withFooter(t, b, func(m *format.FileMetaData) { m.Schema = m.Schema[:1] }), ErrDamaged},
		{"a schema too short", withFooter(t, b, func(m *format.FileMetaData) { m.Schema = m.Schema[:2] }), ErrDamaged},
		{"a schema too long", withFooter(t, b, func(m *format.FileMetaData) { m.Schema = append(m.Schema, m.Schema[2]) }), ErrDamaged},
		{"columns elsewhere", withFooter(t, b, func(m *format.FileMetaData) { m.RowGroups[0].Columns[1].FilePath = "other.parquet" }), errors.ErrUnsupported},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, got, err := readParquet(t, c.file); !errors.Is(err, c.want) {
				t.Errorf("%q, %v; want %v", got, err, c.want)
			}
		})
	}
}

// TestParquetEveryByte changes each byte of a file in turn. Nothing panics, and a
// change before the footer gives an error or the same rows: pages have checksums.
func TestParquetEveryByte(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	b := parquetOf(t, someRolls(20), parquet.Compression(&parquet.Zstd))
	_, want, err := readParquet(t, b)
	if err != nil {
		t.Fatal(err)
	}
	_, footer := footerOf(t, b)
	for i := range b {
		damaged := bytes.Clone(b)
		damaged[i] ^= 0x55
		_, got, err := readParquet(t, damaged)
		if err != nil {
			checkError(t, err)
		} else if got != want && i < footer {
			t.Errorf("byte %d of %d: other rows and no error", i, footer)
		}
	}
}

// TestParquetMemory is not parallel: it watches the heap.
func TestParquetMemory(t *testing.T) {
	racetest.LeaveOut(t)
	const rows = 200_000
	b := bigParquet(t, rows)
	before := liveHeap()
	f, err := OpenParquet(t.Context(), bytesInput(b), 0)
	if err != nil {
		t.Fatal(err)
	}
	r, err := f.Rows(0)
	if err != nil {
		t.Fatal(err)
	}
	growth, size := heapGrowth(t, r)
	growth = max(growth, liveHeap()-before)
	t.Logf("%d MB of file, %d MB of text, %d KiB of heap", len(b)/1e6, size/1e6, growth>>10)
	if growth > 40*(1<<20)+4<<20 { // a page of each of the columns
		t.Errorf("reading %d MB held %d KiB", len(b)/1e6, growth>>10)
	}
}

// bigParquet writes a file of 40 columns.
func bigParquet(t testing.TB, rows int) []byte {
	t.Helper()
	group := parquet.Group{}
	random := rand.New(rand.NewPCG(5, 6))
	for i := range 10 {
		group[fmt.Sprintf("s%d", i)] = parquet.Encoded(parquet.Optional(parquet.String()), &parquet.RLEDictionary)
		group[fmt.Sprintf("t%d", i)] = parquet.String()
		group[fmt.Sprintf("n%d", i)] = parquet.Leaf(parquet.Int64Type)
		group[fmt.Sprintf("d%d", i)] = parquet.Date()
	}
	schema := parquet.NewSchema("roll", group)
	var b bytes.Buffer
	w := parquet.NewWriter(&b, schema, parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(100_000))
	buf := make([]parquet.Row, 0, 1000)
	for i := range rows {
		row := make(parquet.Row, 0, 40)
		for _, leaf := range schema.Columns() { // in the order of their names
			var v parquet.Value
			def := 0
			switch leaf[0][0] {
			case 's':
				v, def = parquet.ValueOf(fmt.Sprint("FICTIONAL ", random.IntN(3000))), 1
			case 't':
				v = parquet.ValueOf(fmt.Sprint(random.IntN(1e6), " ELM STREET"))
			case 'n':
				v = parquet.ValueOf(int64(random.IntN(1e9)))
			case 'd':
				v = parquet.ValueOf(int32(random.IntN(20000)))
			}
			row = append(row, v.Level(0, def, len(row)))
		}
		if buf = append(buf, row); len(buf) == cap(buf) || i == rows-1 {
			if _, err := w.WriteRows(buf); err != nil {
				t.Fatal(err)
			}
			buf = buf[:0]
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// FuzzParquet changes the footer and the pages of a file: opening and reading it
// ends without a panic, and every line has the fields of the table.
func FuzzParquet(f *testing.F) {
	rows := someRolls(12)
	for _, c := range []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Lz4Raw} {
		for version := 1; version <= 2; version++ {
			f.Add(parquetOf(f, rows, parquet.Compression(c), parquet.DataPageVersion(version)))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := OpenParquet(t.Context(), bytesInput(b), 0)
		if err != nil {
			checkError(t, err)
			return
		}
		defer file.Close()
		table := file.Tables()[0]
		r, err := file.Rows(0)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(io.LimitReader(r, 1<<20))
		if err != nil {
			checkError(t, err)
		} else if n := bytes.Count(text, []byte("\n")); len(text) < 1<<20 && int64(n) != table.Rows {
			t.Errorf("%d lines, %d by the footer", n, table.Rows)
		}
		for line := range bytes.Lines(text) {
			line, whole := bytes.CutSuffix(line, []byte("\n"))
			if !whole {
				break
			}
			if n := bytes.Count(line, []byte{Separator}) + 1; n != len(table.Columns) && string(line) != Unreadable || bytes.ContainsRune(line, '\r') {
				t.Errorf("%d fields of %d: %q", n, len(table.Columns), line)
			}
		}
	})
}

// BenchmarkParquet reads a file of 100,000 rows of 40 columns to lines, and lets
// parquet-go read all values beside it, without making text of them. MB/s are of
// the text.
func BenchmarkParquet(b *testing.B) {
	data := bigParquet(b, 100_000)
	size := int64(0)
	b.Run("here", func(b *testing.B) {
		for b.Loop() {
			f, err := OpenParquet(b.Context(), bytesInput(data), 0)
			if err != nil {
				b.Fatal(err)
			}
			r, err := f.Rows(0)
			if err != nil {
				b.Fatal(err)
			}
			if size, err = io.Copy(io.Discard, r); err != nil {
				b.Fatal(err)
			}
		}
		b.SetBytes(size)
	})
	b.Run("parquet-go", func(b *testing.B) {
		for b.Loop() {
			f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)))
			if err != nil {
				b.Fatal(err)
			}
			n := 0
			values := make([]parquet.Value, 1024)
			for _, g := range f.RowGroups() {
				for _, c := range g.ColumnChunks() {
					pages := c.Pages()
					for {
						page, err := pages.ReadPage()
						if err == io.EOF {
							break
						}
						if err != nil {
							b.Fatal(err)
						}
						for r := page.Values(); ; {
							k, err := r.ReadValues(values)
							n += k
							if err == io.EOF {
								break
							}
							if err != nil {
								b.Fatal(err)
							}
						}
						parquet.Release(page)
					}
					pages.Close()
				}
			}
			if n != 100_000*40 {
				b.Fatal(n)
			}
		}
		b.SetBytes(size)
	})
}
