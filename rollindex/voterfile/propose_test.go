package voterfile

import (
	"bytes"
	"encoding/json"
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
