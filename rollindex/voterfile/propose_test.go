package voterfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"rollcheck/data/layouts"
)

// propose returns what is proposed for a file of that text, as column=role words.
func propose(t *testing.T, text string) (*layouts.Layout, string) {
	t.Helper()
	list, err := Propose(t.Context(), writeFile(t, "leak.txt", []byte(text)), Options{})
	if err != nil || len(list) != 1 || list[0].Err != nil {
		t.Fatalf("%+v, %v", list, err)
	}
	var b strings.Builder
	for _, c := range list[0].Layout.Columns {
		b.WriteString(c.Name + "=" + c.RoleName + " ")
	}
	return list[0].Layout, strings.TrimSpace(b.String())
}

const unknownHeader = "Correo;Nombre;Apellido Paterno;Fecha de nacimiento;Código Postal;Teléfono;SSN;notas\n"

const unknownRows = `ana@example.com;Ana;Garcia;17/04/1961;33101;305-555-0101;666-12-1234;x
luis@example.org;Luis;Lopez;03/12/1980;33102;305-555-0102;666-12-1235;y
eva@example.net;Maria;Ruiz;30/01/1975;33109;305-555-0103;666-12-1236;
ivan@example.net;Jose;Perez;29/01/1975;33109;305-555-0103;666-12-1239;
`

func TestPropose(t *testing.T) {
	l, got := propose(t, unknownHeader+unknownRows)
	const want = "Correo=email Nombre=name_first Apellido Paterno=name_last Fecha de nacimiento=birth_date Código Postal=zip5 Teléfono=phone SSN=ssn notas="
	if got != want || !l.Header || l.Delimiter != ";" || l.Columns[3].Format != "DD/MM/YYYY" || l.BirthPrecision != "day" {
		t.Errorf("%s\nwant %s, %+v", got, want, l)
	}
	_, got = propose(t, unknownRows)
	const bare = "column 1=email column 2=name_first column 3=name_last column 4=birth_date column 5=zip5 column 6=phone column 7=ssn column 8="
	if got != bare {
		t.Errorf("without a header: %s", got)
	}
	_, got = propose(t, "c1,c2,c3\n9 Example St,A12345678,1961\n12 Sample Ave,B12345679,1980\n7 Test Rd,C12345670,1975\n1 Mock Ct,D12345671,1950\n")
	if got != "column 1=address_line column 2=voter_id column 3=birth_year" {
		t.Errorf("a header that says nothing: %s", got)
	}
}

// What is proposed is a layout file, and reads the file it was made for.
func TestProposalReadsItsFile(t *testing.T) {
	var dump, objects strings.Builder
	for row := range strings.Lines(unknownRows) {
		f := strings.Split(strings.TrimSpace(row), ";")
		dump.WriteString("INSERT INTO leak VALUES ('" + strings.Join(f, "','") + "');\n")
		objects.WriteString(`{"who":[{"nombre":"` + f[1] + `","apellido":"` + f[2] + `"}],"dob":"` + f[3] + `","zip":"` + f[4] + `","tel":"` + f[5] + `","mail":"` + f[0] + "\"}\n")
	}
	for _, text := range []string{unknownHeader + unknownRows, unknownRows, dump.String(), objects.String()} {
		l, _ := propose(t, text)
		var b bytes.Buffer
		if err := json.NewEncoder(&b).Encode(l); err != nil {
			t.Fatal(err)
		}
		again, err := layouts.Parse(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		rows, skips := readAll(t, mustOpen(t, Options{Layout: again}, writeFile(t, "leak.txt", []byte(text))))
		const first = "last=GARCIA first=ANA birth=1961-04-17 zip=33101 phone=3055550101 email=ana@example.com"
		if len(rows) != 4 || skips.Skipped() != 0 || !strings.Contains(rows[0], first) {
			t.Errorf("%d rows, %+v: %s", len(rows), skips, rows[0])
		}
	}
}

// A column of whole names is found by the plainest of names and without any, and
// the order of its words by which of them are surnames.
func TestProposeWholeNames(t *testing.T) {
	const rest = ",1961-04-17,33101\n"
	orders := map[string]struct{ names, form, first string }{
		"comma":       {`"GARCIA, ANA";"LOPEZ, LUIS M";"O'BRIEN, MARY ANN"`, "last, first", "last=GARCIA first=ANA"},
		"first last":  {"Ana Garcia;Luis M. Lopez;Mary Ann Smith;James Wilson Jr", "first last", "last=GARCIA first=ANA"},
		"last first":  {"GARCIA ANA;LOPEZ LUIS M;SMITH MARY ANN;WILSON JAMES", "last first", "last=GARCIA first=ANA"},
		"some commas": {`Ana Garcia;"Lopez, Luis";Mary Ann Smith;James Wilson;Linda Johnson`, "", "last=GARCIA first=ANA"},
	}
	for name, tt := range orders {
		for _, head := range []string{"Name,born,zip\n", "c1,Born at,c3\n", ""} {
			t.Logf("%s under %q", name, head)
			var b strings.Builder
			b.WriteString(head)
			for i, n := range strings.Split(tt.names, ";") {
				b.WriteString(n + strings.Replace(rest, "17", fmt.Sprint(17+i), 1))
			}
			l, got := propose(t, b.String())
			if !strings.Contains(got, "=name_full ") || l.Columns[0].RoleName != "name_full" || l.Columns[0].Format != tt.form {
				t.Errorf("%s, %q: %s, form %q, want %q", name, head, got, l.Columns[0].Format, tt.form)
				continue
			}
			rows, _ := readAll(t, mustOpen(t, Options{Layout: l}, writeFile(t, "leak.txt", []byte(b.String()))))
			if len(rows) == 0 || !strings.Contains(rows[0], tt.first) {
				t.Errorf("%s, %q: %s", name, head, rows)
			}
		}
	}
	if _, got := propose(t, "First Name,Name,DOB\nAna,Garcia,1961-04-17\nLuis,Lopez,1962-04-17\nMary,Smith,1963-04-17\n"); got != "First Name=name_first Name=name_last DOB=birth_date" {
		t.Errorf("a name beside a first name: %s", got)
	}
	if _, got := propose(t, "Nombre,DOB\nAna Garcia,1961-04-17\nLuis Lopez,1962-04-17\nMaria Perez,1963-04-17\n"); got != "Nombre=name_full DOB=birth_date" {
		t.Errorf("whole names under the word for a first name: %s", got)
	}
}

// A header that lies is corrected by what is below it.
func TestProposeSwapped(t *testing.T) {
	var b strings.Builder
	b.WriteString("Last Name,First Name,DOB,Registration Date\n")
	for i, n := range []string{"ANA,GARCIA", "LUIS,LOPEZ", "MARY,SMITH", "JAMES,WILSON", "LINDA,JOHNSON", "ROBERT,MILLER"} {
		fmt.Fprintf(&b, "%s,%d-04-17,%d-05-18\n", n, 1990+i, 1950+2*i)
	}
	if _, got := propose(t, b.String()); got != "Last Name=name_first First Name=name_last DOB=registration_date Registration Date=birth_date" {
		t.Error(got)
	}
}

// A delimiter within quotes is none.
func TestProposeQuoted(t *testing.T) {
	l, got := propose(t, `"GARCIA, ANA","17 Example St, Miami",33101`+"\n"+`"LOPEZ, LUIS","18 Example St, Miami",33102`+"\n"+`"SMITH, MARY","19 Example St, Miami",33109`+"\n")
	if got != "column 1=name_full column 2=address_line column 3=zip5" || l.Quote != `"` {
		t.Errorf("%s, quote %q", got, l.Quote)
	}
}

func TestProposeRefuses(t *testing.T) {
	for name, text := range map[string]string{"prose": "This is a letter\nand not a roll.\n", "blank": "\n\n", "binary": strings.Repeat("\x00\x01", 500)} {
		list, err := Propose(t.Context(), writeFile(t, "leak.txt", []byte(text)), Options{})
		if err != nil || len(list) != 1 || list[0].Err == nil {
			t.Errorf("%s: %+v, %v", name, list, err)
		}
	}
}

func FuzzPropose(f *testing.F) {
	f.Add([]byte(unknownHeader + unknownRows))
	f.Add([]byte("a,b\n1,2\n"))
	// What is proposed can be written, read again and read by.
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := Propose(t.Context(), writeFile(t, "leak.txt", data), Options{})
		if err != nil {
			return
		}
		for _, p := range list {
			if (p.Layout == nil) == (p.Err == nil) {
				t.Fatal("neither a layout nor a reason, or both")
			}
			if p.Layout == nil {
				continue
			}
			b, err := json.Marshal(p.Layout)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := layouts.Parse(b); err != nil {
				t.Fatalf("%v: %s", err, b)
			}
		}
	})
}

// datedLeak is a file with two columns of dates, the first 1950 to 1989.
func datedLeak(head string, after int) string {
	var b strings.Builder
	b.WriteString(head)
	for i := range 40 {
		fmt.Fprintf(&b, "%d,%s,%s,%02d/%02d/%d,%02d/%02d/%d\n", 100000+i, someSurnames[i%5], someGivenNames[i%4], 1+i%12, 1+i%28, 1950+i, 1+i%12, 1+i%28, 1950+i+after)
	}
	return b.String()
}

// The date that is named as a birth stays it, whatever other dates the file has,
// and what is proposed reads the file.
func TestProposeOtherBirths(t *testing.T) {
	for _, tt := range []struct {
		name, head string
		after      int
		want       string
	}{
		{"a parent's", "voter_id,last_name,first_name,birth_date,father_birth\n", -27, "birth_date=birth_date father_birth="},
		{"a parent's, of the years of registrations", "voter_id,last_name,first_name,birth_date,mother_birth\n", 0, "birth_date=birth_date mother_birth="},
		{"a child's", "voter_id,last_name,first_name,birth_date,child_birth\n", 37, "birth_date=birth_date child_birth=registration_date"},
		{"a registration", "voter_id,last_name,first_name,birth_date,registration_date\n", 20, "birth_date=birth_date registration_date=registration_date"},
		{"swapped with a registration", "voter_id,last_name,first_name,birth_date,registration_date\n", -20, "birth_date=registration_date registration_date=birth_date"},
		{"no names, a parent's", "", -27, "column 4=birth_date column 5="},
		{"no names", "", 37, "column 4=birth_date column 5=registration_date"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := datedLeak(tt.head, tt.after)
			if strings.Contains(tt.head, "mother") { // voters of 1990 to 2005, their mothers of 1970 to 1985: half a guess each
				text = youngLeak(tt.head)
			}
			l, got := propose(t, text)
			if !strings.HasSuffix(got, tt.want) {
				t.Errorf("%s, want %s", got, tt.want)
			}
			for _, c := range l.Columns {
				if strings.HasSuffix(strings.TrimSpace(c.Note), "says") {
					t.Errorf("%s: note %q", c.Name, c.Note)
				}
			}
			if rows, _ := readAll(t, mustOpen(t, Options{Layout: l}, writeFile(t, "leak.txt", []byte(text)))); len(rows) != 40 {
				t.Errorf("%d rows", len(rows))
			}
		})
	}
}

// youngLeak is a file of young voters, and of dates before their births of which
// most could be of a registration.
func youngLeak(head string) string {
	var b strings.Builder
	b.WriteString(head)
	for i := range 40 {
		fmt.Fprintf(&b, "%d,%s,%s,%02d/%02d/%d,%02d/%02d/%d\n", 100000+i, someSurnames[i%5], someGivenNames[i%4], 1+i%12, 1+i%28, 2006+i%4, 1+i%12, 1+i%28, 1990+i%2)
	}
	return b.String()
}

// What has letters is no phone number, nor is what is called a number.
func TestNumbersAreNoPhones(t *testing.T) {
	for _, tt := range []struct{ head, format, want string }{
		{"ID", "OH%010d", "voter_id"},
		{"Ref", "OH%010d", "voter_id"},
		{"ID", "41%08d", "voter_id"},
		{"Member Number", "41%08d", "voter_id"},
		{"Contact", "41955501%02d", "phone"},
		{"Reached at", "419-555-01%02d", "phone"},
	} {
		t.Run(tt.head+" "+tt.format, func(t *testing.T) {
			var b bytes.Buffer
			fmt.Fprintln(&b, tt.head+",Surname,Given name,DOB")
			for i := range 60 {
				fmt.Fprintf(&b, tt.format+",SMITH,MARY,1961-04-%02d\n", i, 1+i%28)
			}
			list, err := Propose(t.Context(), writeFile(t, "unknown.csv", b.Bytes()), Options{})
			if err != nil || list[0].Err != nil {
				t.Fatal(err, list)
			}
			if got := list[0].Layout.Columns[0].RoleName; got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// What is said of a file that fits nothing: how long its lines are, and what is
// nearest.
func TestNearestRecord(t *testing.T) {
	l := mustLayout(t, "tx-fixed-685")
	var b bytes.Buffer
	for line := range bytes.Lines(testRoll(l, 30)) {
		b.WriteByte(' ')
		b.Write(line)
	}
	err := openBytes(t, b.Bytes())
	checkError(t, err, ErrNoLayout, "its lines have 686 bytes; the nearest layout, tx-fixed-685, has records of 685, and every line begins with 1 blank")
	err = openBytes(t, bytes.Repeat([]byte("nothing but words in lines of one length\n"), 30))
	checkError(t, err, ErrNoLayout, "its lines have 40 bytes")
	if strings.Contains(err.Error(), "nearest") {
		t.Error(err)
	}
}

// What machines call a visit or a visitor is nobody's voter id or telephone number,
// whether the name of the column or its values say so.
func TestProposeNoMachineNumbers(t *testing.T) {
	const names = "Garcia,Ana,1961-04-17 Lopez,Luis,1962-04-18 Smith,Mary,1963-05-19 Wilson,James,1964-06-20"
	for name, values := range map[string]string{
		"dotted":     "10.12.200.7 10.12.201.7 172.16.14.221 192.168.20.5",
		"ten digits": "205.12.200.77 205.12.201.77 205.12.202.77 205.12.203.77",
		"padded":     "010.012.200.007 010.012.201.007 010.012.202.007 010.012.203.007",
		"ports":      "10.12.200.7:8080 10.12.201.7:8081 10.12.202.7:8082 10.12.203.7:8083",
		"six":        "2001::1234 2001::1235 2001::1236 2001::1237",
		"mapped":     "::10.12.200.7 ::10.12.201.7 ::10.12.202.7 ::10.12.203.7",
		"digest":     "11111111111111111111111111111a01 11111111111111111111111111111a02 11111111111111111111111111111a03 11111111111111111111111111111a04",
		"page":       "a://1234567 a://1234568 a://1234569 a://1234570",
		"ip":         "3232235777 3232235778 3232235779 3232235780",
		"Client IP":  "32322357 32322358 32322359 32322360",
		"row_md5":    "12345671 12345672 12345673 12345674",
		"voter_id":   "11111111111111111111111111111a01 11111111111111111111111111111a02 11111111111111111111111111111a03 11111111111111111111111111111a04",
	} {
		text, list := "last,first,dob,"+name+"\n", strings.Fields(values)
		for i, n := range strings.Fields(names) {
			text += n + "," + list[i] + "\n"
		}
		if _, got := propose(t, text); !strings.HasSuffix(got, " "+name+"=") {
			t.Errorf("%s: %s", name, got)
		}
	}
	if _, got := propose(t, "last,first,dob,zid\nGarcia,Ana,1961-04-17,100123456\nLopez,Luis,1962-04-18,100123457\nSmith,Mary,1963-05-19,100123458\n"); !strings.HasSuffix(got, " zid=voter_id") {
		t.Errorf("an id: %s", got)
	}
}
