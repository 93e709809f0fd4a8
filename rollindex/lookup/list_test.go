package lookup

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"rollcheck/data/field"
	"rollcheck/hashing"
)

// fullInfo is a dataset with every count.
func fullInfo() *hashing.DatasetInfo {
	return &hashing.DatasetInfo{
		ID: "leak-2020", Generation: 2, Title: "A leak", Kind: hashing.Leak, Incident: "incident", AsOf: "2020-10-01",
		Jurisdictions: []string{"US-FL"}, Scheme: hashing.Served, Sections: []string{"US-FL", "US-GA"}, Homes: []string{"US-FL"},
		Layout: "fl-extract", Sources: []hashing.Source{{SHA256: "00", Bytes: 1}}, Rows: 100, Indexed: 80, Keyless: 10,
		Skipped: map[string]int64{"columns": 8}, Withheld: map[string]int64{"confidential": 2}, Unread: 1, Unchosen: 3, Doubts: []string{hashing.SurnameOfOthers}, Unknown: []string{"pin"}, OtherTables: []string{"the table users"},
		KeyRows: map[string]int64{"name-dob": 70}, Columns: []string{"name", "email"}, JanuaryFirst: "degraded", Tags: 90,
		Canonical: hashing.Version, BuiltAt: time.Unix(1, 0), Digest: "00",
	}
}

func testList() *List {
	return &List{
		Jurisdiction: "US-FL", Datasets: []Dataset{NewDataset(5, fullInfo())},
		Files:   []File{{"leak-2020", "name-dob", 70, KindFuse16, 300, Hash32{1}}},
		Buckets: &Buckets{11, Hash32{2}, 1300},
	}
}

// A list says all that an answer depends on, and not what an operator's index is.
func TestDataset(t *testing.T) {
	want := *fullInfo()
	want.Layout, want.Sources, want.Tags, want.BuiltAt, want.Digest = "", nil, 0, time.Time{}, ""
	d := NewDataset(5, fullInfo())
	if got := d.Info(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if got := d.mask(); got != hashing.NewMask(field.SetOf(field.Name, field.Email), 0) {
		t.Errorf("mask %x", got)
	}
}

func TestList(t *testing.T) {
	b, err := testList().Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeList(b, "US-FL")
	if err != nil || !reflect.DeepEqual(got, testList()) {
		t.Errorf("%v\ngot %+v\nwant %+v", err, got, testList())
	}
	for name, bad := range map[string]string{"nothing": "", "a cut list": string(b[:len(b)-1]), "two lists": string(b) + string(b), "a number": "1"} {
		if _, err := DecodeList([]byte(bad), "US-FL"); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, tc := range map[string]struct {
		spoil func(l *List)
		want  error
	}{
		"another jurisdiction":          {func(l *List) { l.Jurisdiction = "US-GA" }, ErrList},
		"a dataset number twice":        {func(l *List) { l.Datasets = append(l.Datasets, l.Datasets[0]); l.Datasets[1].ID = "b" }, ErrList},
		"a dataset twice":               {func(l *List) { l.Datasets = append(l.Datasets, l.Datasets[0]); l.Datasets[1].Number = 9 }, ErrList},
		"a dataset without a name":      {func(l *List) { l.Datasets[0].ID = "" }, ErrList},
		"more indexed than rows":        {func(l *List) { l.Datasets[0].Indexed = 101; l.Datasets[0].Keyless = 0 }, ErrList},
		"more keyless than rows":        {func(l *List) { l.Datasets[0].Keyless = 21 }, ErrList},
		"negative rows":                 {func(l *List) { l.Datasets[0].Keyless = -1 }, ErrList},
		"counts that overflow":          {func(l *List) { l.Datasets[0].Rows = 1 << 62 }, ErrList},
		"keyless rows that overflow":    {func(l *List) { l.Datasets[0].Keyless = 1<<63 - 1 }, ErrList},
		"more rows of a key than rows":  {func(l *List) { l.Datasets[0].KeyRows["name-dob"] = 81 }, ErrList},
		"more skipped than rows":        {func(l *List) { l.Datasets[0].Skipped["columns"] = 101 }, ErrList},
		"a negative number withheld":    {func(l *List) { l.Datasets[0].Withheld["confidential"] = -1 }, ErrList},
		"a title that moves the cursor": {func(l *List) { l.Datasets[0].Title = "A leak\x1b[2J" }, ErrList},
		"a title of two lines":          {func(l *List) { l.Datasets[0].Title = "A leak\nNOT FOUND" }, ErrList},
		"a title written backwards":     {func(l *List) { l.Datasets[0].Title = "A leak\u202e" }, ErrList},
		"a date that is none":           {func(l *List) { l.Datasets[0].AsOf = "2020\u009b31m" }, ErrList},
		"an incident that is no name":   {func(l *List) { l.Datasets[0].Incident = "a\tb" }, ErrList},
		"a place that is none":          {func(l *List) { l.Datasets[0].Homes = []string{"US-\a"} }, ErrList},
		"a field that is none":          {func(l *List) { l.Datasets[0].Fields = []string{"name\x7f"} }, ErrList},
		"a reason that is none":         {func(l *List) { l.Datasets[0].Skipped["\b"] = 1 }, ErrList},
		"a file of no dataset":          {func(l *List) { l.Files[0].Dataset = "other" }, ErrList},
		"a file twice":                  {func(l *List) { l.Files = append(l.Files, l.Files[0]) }, ErrList},
		"a file of nothing":             {func(l *List) { l.Files[0].N = 0 }, ErrList},
		"a file shorter than a header":  {func(l *List) { l.Files[0].Bytes = 31 }, ErrList},
		"a file beyond all bounds":      {func(l *List) { l.Files[0].Bytes = MaxFilter + 1 }, ErrList},
		"a file of another kind":        {func(l *List) { l.Files[0].Kind = "fuse32" }, ErrVersion},
		"a file of an unknown key type": {func(l *List) { l.Files[0].KeyType = "name-moon" }, ErrVersion},
		"buckets too fine":              {func(l *List) { l.Buckets.Bits = 12 }, ErrList},
		"buckets of negative bits":      {func(l *List) { l.Buckets.Bits = -1 }, ErrList},
		"buckets of no size":            {func(l *List) { l.Buckets.Bytes = 0 }, ErrList},
		"buckets beyond all bounds":     {func(l *List) { l.Buckets.Bytes = 1 << 40 }, ErrList},
	} {
		l := testList()
		tc.spoil(l)
		if _, err := DecodeList(mustJSON(t, l), "US-FL"); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
	if _, err := (&List{Jurisdiction: "Florida"}).Encode(); err == nil {
		t.Error("a list of no jurisdiction is published")
	}
}

// What is taken is published as it is read, and asks for no more than it may.
func FuzzDecodeList(f *testing.F) {
	f.Add(mustJSON(f, testList()))
	f.Add([]byte(strings.Replace(string(mustJSON(f, testList())), `"bits":11`, `"bits":3`, 1)))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := DecodeList(b, "US-FL")
		if err != nil {
			if l != nil {
				t.Error("a list beside an error")
			}
			return
		}
		again, err := l.Encode()
		if err != nil {
			t.Fatal(err)
		}
		m, err := DecodeList(again, "US-FL")
		if err != nil {
			t.Fatal(err)
		}
		if x, _ := m.Encode(); string(x) != string(again) {
			t.Errorf("%s became %s", again, x)
		}
		if l.Buckets != nil && l.Buckets.Bits > BucketBits("US-FL") {
			t.Error("a bucket too fine")
		}
		for i := range l.Datasets {
			d := l.Datasets[i].Info()
			if c := d.Coverage(); c < 0 || c > 1 {
				t.Errorf("coverage %g", c)
			}
		}
	})
}
