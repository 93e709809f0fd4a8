package voterfile

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
)

// A trap is something that publishers' files were seen to do. The file is three
// fictional people in the layout; the second has the values named, and edit
// changes the text as the trap does.
type trap struct {
	name   string
	layout string
	values map[string]string
	edit   func(l *layouts.Layout, text string) string
	read   string // what the second record must hold
	not    string // what it must not
	rows   int    // read of three; 3 if 0
}

// eachRow changes every line but the header.
func eachRow(f func(line string) string) func(*layouts.Layout, string) string {
	return func(l *layouts.Layout, text string) string {
		lines := strings.SplitAfter(text, "\n")
		for i, line := range lines {
			if line != "" && (i > 0 || !l.Header) {
				body := strings.TrimRight(line, "\r\n")
				lines[i] = f(body) + line[len(body):]
			}
		}
		return strings.Join(lines, "")
	}
}

func replace(old, new string) func(*layouts.Layout, string) string {
	return func(_ *layouts.Layout, text string) string { return strings.Replace(text, old, new, 1) }
}

var traps = []trap{
	{name: "FL: a lone quote swallows nothing", layout: "fl-extract", values: map[string]string{"Name First": `AVERY "ACE`}, read: "first=AVERYACE"},
	{name: "FL: an exempt voter is nobody", layout: "fl-extract", values: map[string]string{"Name Last": "*", "Name First": "*", "Birth Date": "*", "Residence Zipcode": "*",
		"Requested public records exemption": "Y"}, read: "confidential=yes", not: "last="},
	{name: "KS: rows end in a tab, the header does not", layout: "ks-elvis-73", edit: eachRow(func(s string) string { return s + "\t" }), read: "last=SPECIMEN"},
	{name: "KS: a surname is NA", layout: "ks-elvis-73", values: map[string]string{"text_name_last": "NA"}, read: "last=NA "},
	{name: "KS: # and apostrophes are letters of a text", layout: "ks-elvis-73", values: map[string]string{"text_name_last": "O'SAMPLE"}, read: "last=OSAMPLE"},
	{name: "KS: spare tabs shift a row", layout: "ks-elvis-73", edit: replace("SPECIMEN", "SPEC\tIMEN"), rows: 2},
	{name: "CO: a byte order mark and a field more than names", layout: "co-ex003-2023",
		edit: func(l *layouts.Layout, s string) string {
			return "\uFEFF" + eachRow(func(s string) string { return s + l.Delimiter })(l, s)
		}, read: "last=SPECIMEN"},
	{name: "CO: the whole name holds a comma", layout: "co-ex003-2023", values: map[string]string{"VOTER_NAME": "SPECIMEN, BLAKE B", "LAST_NAME": "", "FIRST_NAME": "", "MIDDLE_NAME": ""},
		read: "last=SPECIMEN first=BLAKE initial=B"},
	{name: "CT: 1800 is no registration and no birth", layout: "ct-ext-fixed", values: map[string]string{"WS-DT-BIRTH": "01/01/1800"}, not: "birth="},
	{name: "GA: a column more in front", layout: "ga-2023-csv", edit: func(_ *layouts.Layout, s string) string {
		lines := strings.SplitAfter(s, "\n")
		for i, line := range lines {
			if line != "" {
				lines[i] = map[bool]string{true: "County Name,", false: "FULTON,"}[i == 0] + line
			}
		}
		return strings.Join(lines, "")
	}, read: "last=SPECIMEN"},
	{name: "MI: rows have a comma that the header lacks", layout: "mi-2024-csv", edit: eachRow(func(s string) string { return s + "," }), read: "last=SPECIMEN"},
	{name: "IA: names of columns repeat; the first CITY is the residence", layout: "ia-voter-details", read: "last=SPECIMEN"},
	{name: "IA: the header stands in the middle again", layout: "ia-voter-details", edit: func(_ *layouts.Layout, s string) string {
		head, rest, _ := strings.Cut(s, "\n")
		one, rest, _ := strings.Cut(rest, "\n")
		return head + "\n" + one + "\n" + head + "\n" + rest
	}, read: "last=SPECIMEN"},
	{name: "IA: unquoted commas make fields to spare, and are not read as data", layout: "ia-voter-details", edit: replace("SPECIMEN", "SPEC,IMEN"), rows: 2},
	{name: "ME: nine names repeat in the file of cancelled voters", layout: "me-cancelled-pipe", read: "last=SPECIMEN"},
	{name: "MO: XXXXX is no address", layout: "mo-psr-2023", values: map[string]string{"Street Name": "XXXXX", "House Number": "XXXXX", "Non Standard Address": ""}, not: "street="},
	{name: "AK: PRIVATE is no address", layout: "ak-electronic-voter-list", values: map[string]string{"RESIDENCE ADDRESS": "PRIVATE"}, not: "street="},
	{name: "MS: rows and header end in commas", layout: "ms-sems-59", edit: eachRow(func(s string) string { return s + "," }), read: "last=SPECIMEN"},
	{name: "MA: a header with a separator more", layout: "ma-vris-voter", edit: func(l *layouts.Layout, s string) string {
		return strings.Replace(s, "\n", l.Delimiter+"\n", 1)
	}, read: "last=SPECIMEN"},
	{name: "DE: day 00", layout: "de-2014-document", values: map[string]string{"DOB": "19610400"}, read: "birth=1961-04 "},
	{name: "PA: no header, 153 fields", layout: "pa-fve", read: "last=SPECIMEN"},
	{name: "NV: no calls to this phone", layout: "nv-elgbvtr-csv", values: map[string]string{"Phone": "9195550101-PDC"}, read: "phone=9195550101"},
	{name: "RI: a line before the header", layout: "ri-voter-txt", edit: func(_ *layouts.Layout, s string) string { return "VOTER LIST AS OF TODAY\n" + s }, read: "last=SPECIMEN"},
	{name: "SD: two lines before the header", layout: "sd-searchexport", edit: func(_ *layouts.Layout, s string) string { return "Search Export\nprinted today, for you\n" + s }, read: "last=SPECIMEN"},
	{name: "VT: fifty commas more", layout: "vt-checklist-2020", edit: func(l *layouts.Layout, s string) string {
		return eachRow(func(s string) string { return s + strings.Repeat(l.Delimiter, 50) })(l, s)
	}, read: "last=SPECIMEN"},
	{name: "WV: a quote that nobody closes", layout: "wv-statewide-vr", edit: replace("SPECIMEN", `SPEC"IMEN`), read: "last=SPECIMEN"},
	{name: "WV: a time behind the date", layout: "wv-statewide-vr", values: map[string]string{"DATE OF BIRTH": "4/17/1961 0:00:00"}, read: "birth=1961-04-17"},
	{name: "UT: midnight is no date", layout: "ut-voters-2016", values: map[string]string{"DOB": "12:00:00 AM"}, not: "birth="},
	{name: "OR: ACP is no birth date", layout: "or-registered-voters", values: map[string]string{"BIRTH_DATE": "ACP"}, not: "birth="},
	{name: "NJ: two digits of a year", layout: "nj-svl-2020", values: map[string]string{"dob": "04/17/61"}, read: "birth=1961-04-17"},
	{name: "VA: a year where the date was", layout: "va-registered-voter-list", values: map[string]string{"DOB": "1961"}, read: "birth=1961 "},
	{name: "WA: no first name given", layout: "wa-vrdb-2023", values: map[string]string{"FName": "-VOTER_DID_NOT_PROVIDE_FIRSTNAME"}, not: "first="},
	{name: "WI: a row that slipped", layout: "wi-badger", values: map[string]string{"LastName": "04/17/1961"}, rows: 2},
	{name: "NC: a masked registration date", layout: "nc-ncvoter-2022", values: map[string]string{"registr_dt": "XX-XX-XXXX", "res_street_address": "REMOVED"}, not: "street="},
	{name: "NY: tabs within a quoted field", layout: "ny-allnysvoters-2021", values: map[string]string{"LASTNAME": "SPEC\tIMEN"}, read: "last=SPECIMEN"},
	{name: "NY: a hyphenated house number with a fraction", layout: "ny-allnysvoters-2021", values: map[string]string{"RADDNUMBER": "12-34", "RHALFCODE": "1/2"}, read: "house=1234-1/2"},
	{name: "windows-1252 in one line, UTF-8 in another", layout: "ks-elvis-73", values: map[string]string{"text_name_last": "Mu\xf1oz"}, read: "last=MUNOZ"},
	{name: "code page 850 in one line, UTF-8 in another", layout: "ks-elvis-73", values: map[string]string{"text_name_last": "Mu\xa4oz"}, read: "last=MUNOZ"},
	{name: "Mac OS Roman", layout: "ks-elvis-73", values: map[string]string{"text_name_last": "NU\x84EZ"}, read: "last=NUNEZ"},
	{name: "UTF-8 read as windows-1252", layout: "ks-elvis-73", values: map[string]string{"text_name_last": "MuÃ±oz"}, read: "last=MUNOZ"},
	{name: "UTF-8 and windows-1252 in one row", layout: "ks-elvis-73", values: map[string]string{"text_name_last": "Muñoz", "text_name_first": "Jos\xe9"}, read: "last=MUNOZ first=JOSE"},
	{name: "GB: no-break spaces in an address", layout: "gb-register-surname", values: map[string]string{"Address1": "12\u00a0Sample\u00a0Road"}, read: "house=12"},
	{name: "a file cut off in its last row", layout: "ks-elvis-73", edit: func(_ *layouts.Layout, s string) string { return s[:len(s)-200] }, rows: 2},
	{name: "a last row without a line end", layout: "ks-elvis-73", edit: func(_ *layouts.Layout, s string) string { return strings.TrimSuffix(s, "\n") }, read: "last=SPECIMEN"},
	{name: "TR: <NULL> is no value", layout: "tr-mernis-pgcopy", values: map[string]string{"street_address": "<NULL>"}, edit: asCopy, not: "street="},
}

// asCopy makes a dump of the text of [trapText].
func asCopy(l *layouts.Layout, text string) string {
	return "COPY citizen (" + strings.Join(columnNames(l), ", ") + ") FROM stdin;\n" + text + "\\.\n"
}

// trapText returns three people, the second with the values of the trap.
func trapText(t *testing.T, tr *trap, l *layouts.Layout) string {
	t.Helper()
	var b bytes.Buffer
	own := *l
	if !l.Delimited() {
		own.Delimiter = "\t"
	}
	if l.Header && l.Delimited() {
		writeRow(&b, &own, columnNames(l))
	}
	for i := range 3 {
		row := testRow(l, i)
		for name, v := range tr.values {
			c := slices.IndexFunc(l.Columns, func(c layouts.Column) bool { return c.Name == name })
			if c < 0 {
				t.Fatalf("%s has no column %q", l.ID, name)
			}
			if i == 1 {
				row[c] = v
			}
		}
		if l.Container == "fixed" {
			b.WriteString(testRecord(l, row))
		} else {
			writeRow(&b, &own, row)
		}
	}
	if tr.edit == nil {
		return b.String()
	}
	return tr.edit(&own, b.String())
}

func TestTraps(t *testing.T) {
	for _, tr := range traps {
		t.Run(tr.name, func(t *testing.T) {
			l := mustLayout(t, tr.layout)
			text := trapText(t, &tr, l)
			s := mustOpen(t, Options{Layout: l}, writeFile(t, "roll.txt", []byte(text)))
			got, skips := readAll(t, s)
			want := tr.rows
			if want == 0 {
				want = 3
			}
			if len(got) != want || skips.Skipped() != int64(3-want) {
				t.Fatalf("%d rows read, %+v", len(got), skips)
			}
			if want < 3 {
				return
			}
			record := got[1] + " "
			if tr.read != "" && !strings.Contains(record, tr.read) || tr.not != "" && strings.Contains(record, " "+tr.not) {
				t.Errorf("%s\nwant %q and not %q", record, tr.read, tr.not)
			}
		})
	}
}

// Texas: the layout of each file of a delivery is told by the length of its
// lines, of 685, 679 or 666 bytes.
func TestTrapRecordLengths(t *testing.T) {
	var paths []string
	for _, length := range []int{685, 679, 666} {
		l := mustLayout(t, fmt.Sprintf("tx-fixed-%d", length))
		paths = append(paths, writeFile(t, "county.txt", testRoll(l, 4)))
	}
	s := mustOpen(t, Options{}, paths...)
	for i, m := range s.Members() {
		if want := []string{"tx-fixed-685", "tx-fixed-679", "tx-fixed-666"}[i]; m.Match.Layout.ID != want {
			t.Errorf("%s read as %s", want, m.Match.Layout.ID)
		}
	}
	if rows, skips := readAll(t, s); len(rows) != 12 || skips.Skipped() != 0 {
		t.Errorf("%d rows, %+v", len(rows), skips)
	}
}

// A file cut off in its middle is said to be so.
func TestCutShort(t *testing.T) {
	text := testRoll(mustLayout(t, "fl-extract"), 20)
	_, skips := readAll(t, mustOpen(t, Options{}, writeFile(t, "roll.txt", text[:len(text)-60])))
	if skips.Count(CutShort) != 1 || skips.Count(FieldCount) != 0 || skips.First(CutShort)[0].Line != 20 {
		t.Errorf("%+v", skips)
	}
}

// Ten thousand columns are a table like another, with the names it needs among
// them; of two columns of one name the first counts.
func TestManyColumns(t *testing.T) {
	names, values := []string{"Last Name", "First Name", "DOB", "Zip", "Last Name"}, []string{"SPECIMEN", "AVERY", "1961-04-17", "33101", "OTHER"}
	for i := range 10_000 {
		names, values = append(names, fmt.Sprintf("extra %d", i)), append(values, fmt.Sprint(i))
	}
	text := strings.Join(names, ",") + "\n" + strings.Repeat(strings.Join(values, ",")+"\n", 3)
	list, err := Propose(t.Context(), writeFile(t, "wide.csv", []byte(text)), Options{})
	if err != nil || len(list) != 1 || list[0].Err != nil {
		t.Fatalf("%+v, %v", list, err)
	}
	rows, skips := readAll(t, mustOpen(t, Options{Layout: list[0].Layout}, writeFile(t, "wide.csv", []byte(text))))
	if len(rows) != 3 || skips.Skipped() != 0 || !strings.Contains(rows[0], "last=SPECIMEN first=AVERY birth=1961-04-17 zip=33101") {
		t.Errorf("%d rows, %+v", len(rows), skips)
	}
}

// refused opens a text that must not be read, and returns what is said of it.
func refused(t *testing.T, text string) string {
	t.Helper()
	_, err := Open(t.Context(), []string{writeFile(t, "roll.txt", []byte(text))}, Options{})
	var e *Error
	if !errors.As(err, &e) || e.Hint == "" {
		t.Fatalf("read, or refused without a hint: %v", err)
	}
	return e.Problem
}

// What cannot be read without guessing is refused.
func TestRefusedRatherThanGuessed(t *testing.T) {
	l := mustLayout(t, "wv-statewide-vr")
	rows := func(edit func(row []string, i int)) string {
		var b bytes.Buffer
		names := columnNames(l)
		edit(names, -1)
		writeRow(&b, l, names)
		for i := range 60 {
			row := testRow(l, i)
			edit(row, i)
			writeRow(&b, l, row)
		}
		return b.String()
	}
	column := func(role field.Role) int {
		return slices.IndexFunc(l.Columns, func(c layouts.Column) bool { return c.Role == role })
	}
	born, registered := column(field.RoleBirthDate), column(field.RoleRegistrationDate)
	mixed := rows(func(row []string, i int) {
		if i >= 0 {
			row[born], row[registered] = testDate("DD/MM/YYYY", 1950+i%40, 1+i%12, 13+i%15), testDate("MM/DD/YYYY", 2010, 1+i%12, 13+i%15)
		}
	})
	if got := refused(t, mixed); !strings.Contains(got, "dates in two ways") || !strings.Contains(got, "most of them in its column") ||
		!strings.Contains(got, fmt.Sprintf("%q", l.Columns[born].Name)) || !strings.Contains(got, fmt.Sprintf("%q", l.Columns[registered].Name)) {
		t.Error(got)
	}
	letters := rows(func(row []string, i int) {
		if i >= 0 {
			row[born] = "F"
		}
	})
	if got := refused(t, letters); !strings.Contains(got, "no dates") {
		t.Error(got)
	}
	spouse := strings.ReplaceAll(rows(func([]string, int) {}), "\n", l.Delimiter+"x\n")
	spouse = strings.Replace(spouse, l.Delimiter+"x\n", l.Delimiter+l.Columns[column(field.NameLast)].Name+"\n", 1)
	if got := refused(t, spouse); !strings.Contains(got, "twice") {
		t.Error(got)
	}
	people := "INSERT INTO voters_2 (id, last_name, first_name, dob) VALUES (1,'DOE','ANN','1961-04-17'),(2,'ROE','BOB','1962-04-17'),(3,'POE','EVE','1963-04-17');\n"
	if got := refused(t, string(containersOf(mustLayout(t, "fl-extract"), 20)["insert"])+people); !strings.Contains(got, "fits no layout") {
		t.Error(got)
	}
}

func TestWholeNames(t *testing.T) {
	for in, want := range map[string]string{
		"DOE, JANE ANN": "DOE|JANE|ANN", "Jane Ann Doe": "Doe|Jane|Ann", "Jane Doe Jr": "Doe|Jane|", "KING ELIZABETH H": "KING|ELIZABETH|H",
		"Maria de la Cruz": "de la Cruz|Maria|", "Prince": "||", "Jane Doe, Jr": "Doe|Jane|",
	} {
		last, first, middle := wholeName([]byte(in), "")
		if got := fmt.Sprintf("%s|%s|%s", last, first, middle); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

// A fixed file that was made UTF-8 has its places in characters.
func TestFixedUTF8(t *testing.T) {
	for _, id := range []string{"tx-fixed-685", "ny-county-fixed-votefrmt"} {
		l := mustLayout(t, id)
		text := strings.ReplaceAll(string(testRoll(l, 30)), "SPECIMEN", "SPÉCIMEÑ")
		rows, skips := readAll(t, mustOpen(t, Options{}, writeFile(t, "roll.txt", []byte(text))))
		if len(rows) != 30 || skips.Skipped() != 0 || !strings.Contains(rows[1], "last=SPECIMEN first=BLAKE") || !strings.Contains(rows[1], "zip=32001") {
			t.Errorf("%s: %d rows, %+v: %s", id, len(rows), skips, rows[min(1, len(rows)-1)])
		}
	}
}

// Two files joined to one, the second with its columns in another order, and a
// header in other words that says so of one.
func TestHeadersInAnotherOrder(t *testing.T) {
	l := mustLayout(t, "wv-statewide-vr")
	one := string(testRoll(l, 50))
	turned := *l
	turned.Columns = slices.Clone(l.Columns)
	slices.Reverse(turned.Columns[2:])
	s := mustOpen(t, Options{}, writeFile(t, "joined.txt", []byte(one+string(testRoll(&turned, 50)))))
	err := wholeErr(t, s)
	checkError(t, err, ErrAmbiguous, "another header in line 52")
	same, skips := readAll(t, mustOpen(t, Options{}, writeFile(t, "joined.txt", []byte(one+one))))
	if len(same) != 100 || skips.Headers != 1 {
		t.Errorf("%d rows, %+v", len(same), skips)
	}

	fl := mustLayout(t, "fl-extract")
	names := make([]string, len(fl.Columns))
	for i := range names {
		names[i] = fmt.Sprintf("x%d", i)
	}
	names[2], names[4], names[21] = "FirstName", "LastName", "DOB" // surname and first name stand the other way round
	text := strings.Join(names, "\t") + "\n" + string(testRoll(fl, 30))
	if got := refused(t, text); !strings.Contains(got, `names the column "LastName"`) {
		t.Error(got)
	}
	names[2], names[4] = names[4], names[2]
	rows, _ := readAll(t, mustOpen(t, Options{}, writeFile(t, "named.txt", []byte(strings.Join(names, "\t")+"\n"+string(testRoll(fl, 30))))))
	if len(rows) != 30 {
		t.Errorf("%d rows below a truthful header", len(rows))
	}
}

// Rows that stand above the header are rows, titles are not.
func TestRowsAboveTheHeader(t *testing.T) {
	l := mustLayout(t, "wv-statewide-vr")
	head, rows, _ := strings.Cut(string(testRoll(l, 30)), "\n")
	one, rest, _ := strings.Cut(rows, "\n")
	two, rest, _ := strings.Cut(rest, "\n")
	text := "VOTERS" + strings.Repeat(l.Delimiter, len(l.Columns)-1) + "\n" + one + "\n" + two + "\n" + head + "\n" + rest
	got, skips := readAll(t, mustOpen(t, Options{}, writeFile(t, "sorted.txt", []byte(text))))
	if len(got) != 30 || skips.Skipped() != 0 {
		t.Errorf("%d rows, %+v", len(got), skips)
	}
}

// A person whose values are words that headers use is a person, is not shown,
// and hides nobody above them.
func TestPeopleNamedLikeColumns(t *testing.T) {
	fl := mustLayout(t, "fl-extract")
	var b bytes.Buffer
	for i := range 30 {
		row := testRow(fl, i)
		if i == 9 {
			row[2], row[4], row[9] = "First", "Last", "State"
		}
		writeRow(&b, fl, row)
	}
	got, skips := readAll(t, mustOpen(t, Options{}, writeFile(t, "roll.txt", b.Bytes())))
	if len(got) != 30 || skips.Skipped() != 0 || skips.Headers != 0 {
		t.Errorf("%d rows, %+v", len(got), skips)
	}
	_, names := propose(t, b.String())
	if strings.Contains(names, "State") || strings.Contains(names, "Last=") {
		t.Errorf("a person's values for names of columns: %s", names)
	}
}
