package voterfile

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex/voterfile/synth"
)

// swappedRoles are the pairs of columns that are taken for each other, and how
// many of the files with them must be refused, of a hundred.
var swappedRoles = []struct {
	a, b  field.Role
	least int
}{
	{field.NameLast, field.NameFirst, 100},
	{field.NameLast, field.City, 95},
	{field.NameFirst, field.City, 95},
	{field.RoleBirthDate, field.RoleRegistrationDate, 100},
	{field.RoleBirthDate, field.LastVoteDate, 100},
	{field.ZIP5, field.RoleEmail, 100},
	{field.RolePhone, field.RoleBirthDate, 95}, // a number in two columns loses its area code to the swap
	{field.NameLast, field.RoleEmail, 100},
	{field.City, field.ZIP5, 95}, // codes of another country are not judged
}

// swapped returns a layout whose first columns of two roles hold each other's
// values, under the names they had; nil if it lacks one of them.
func swapped(l *layouts.Layout, a, b field.Role) *layouts.Layout {
	own := *l
	own.Columns = slices.Clone(l.Columns)
	at := func(r field.Role) int {
		return slices.IndexFunc(own.Columns, func(c layouts.Column) bool { return c.Role == r })
	}
	i, j := at(a), at(b)
	if i < 0 || j < 0 {
		return nil
	}
	x, y := &own.Columns[i], &own.Columns[j]
	x.Role, y.Role = y.Role, x.Role
	x.Format, y.Format = y.Format, x.Format
	x.MaxLength, y.MaxLength = 0, 0
	return &own
}

// synthRoll returns a fictional roll.
func synthRoll(t testing.TB, l *layouts.Layout, rows int64, seed uint64) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := synth.Write(t.Context(), &b, nil, synth.Options{Layout: l, Rows: rows, Seed: seed}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What stands in the wrong column is not read.
func TestSwappedColumns(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	all, err := layouts.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range swappedRoles {
		name := pair.a.String() + "-" + pair.b.String()
		t.Run(name, func(t *testing.T) {
			files, refused, named := 0, 0, 0
			var read []string
			for _, l := range all {
				own := swapped(l, pair.a, pair.b)
				if own == nil {
					continue
				}
				err := openBytes(t, synthRoll(t, own, 200, 1))
				files++
				if err != nil {
					refused++
					if strings.Contains(err.Error(), "contradicts layout") {
						named++
					}
				} else {
					read = append(read, l.ID)
				}
			}
			t.Logf("%d files, %d refused, %d of them by their columns; read: %s", files, refused, named, read)
			if files == 0 || refused*100 < files*pair.least {
				t.Errorf("%d of %d files refused, want %d %%", refused, files, pair.least)
			}
		})
	}
}

// openBytes returns why a file of that content cannot be read, nil if it can.
func openBytes(t *testing.T, data []byte) error {
	t.Helper()
	s, err := Open(t.Context(), []string{writeFile(t, "roll.txt", data)}, Options{})
	if err == nil {
		s.Close()
	}
	return err
}

// peoples are common surnames and first names of peoples whose names the tables
// know little of, or know as the other: each file is made of all pairs.
var peoples = map[string][2]string{
	"Mexican":    {"HERNANDEZ GARCIA MARTINEZ LOPEZ GONZALEZ RODRIGUEZ PEREZ SANCHEZ RAMIREZ CRUZ", "GUADALUPE MARIA JUAN JOSE FRANCISCO ANTONIO MARGARITA ALEJANDRO JESUS ROSA"},
	"Korean":     {"KIM LEE PARK CHOI JUNG KANG CHO YOON JANG LIM", "YOUNG SUN JIN HYUN SANG MIN JI SOO SUNG KYUNG"},
	"Chinese":    {"WANG LI ZHANG LIU CHEN YANG HUANG ZHAO WU ZHOU", "WEI MING JUN FANG LEI YAN HUI LING XIN JIE"},
	"Vietnamese": {"NGUYEN TRAN LE PHAM HOANG PHAN VU DANG BUI DO", "ANH MINH HUNG LAN VAN THI DUC HOA LINH TUAN"},
	"Hmong":      {"VANG XIONG YANG LEE THAO VUE HER MOUA LOR KONG", "MAI PAO CHUE YER KOU TOU MEE BAO NENG CHONG"},
	"Indian":     {"KUMAR SINGH SHARMA PATEL REDDY RAO DAS RAJ PRASAD DEVI", "RAJESH SURESH SUNITA ANIL ANITA VIJAY RAM SANJAY LAKSHMI GITA"},
	"Turkish":    {"YILMAZ KAYA DEMIR CELIK SAHIN YILDIZ AYDIN OZTURK ARSLAN DOGAN", "MEHMET MUSTAFA AHMET ALI FATMA AYSE EMINE HATICE HASAN HUSEYIN"},
	"Somali":     {"MOHAMED ALI HASSAN ABDI AHMED OMAR IBRAHIM YUSUF JAMA FARAH", "AMINA FADUMO ABDULLAHI HALIMA MOHAMUD ISMAIL KHADIJA OSMAN SAHRA ADAN"},
	"given-like": {"THOMAS JAMES SCOTT LEWIS GEORGE HENRY ALEXANDER RUSSELL FRANCIS ARTHUR", "MARY LINDA ROBERT SUSAN DAVID KAREN MICHAEL NANCY WILLIAM BETTY"},
	"both":       {"TAYLOR JORDAN MORGAN BAILEY PARKER RILEY REESE LOGAN HAYDEN LANE", "TAYLOR JORDAN MORGAN BAILEY PARKER RILEY REESE LOGAN HAYDEN LANE"},
	"sorted":     {"AARON", "MARY LINDA ROBERT SUSAN TAYLOR KELLY MURPHY ANDERSON GRANT HARRIS"},
	"made up":    {"EXAMPLESON PLACEHOLDER TESTPERSON SPECIMEN MOCKMAN", "AVERY BLAKE CASEY DEVON ELLIS"},
}

// peopleRows are n rows of those people in a layout.
func peopleRows(l *layouts.Layout, people [2]string, n int) []byte {
	var b bytes.Buffer
	if l.Header {
		writeRow(&b, l, columnNames(l))
	}
	lasts, firsts := strings.Fields(people[0]), strings.Fields(people[1])
	for i := range n {
		row := testRow(l, i)
		for j, c := range l.Columns {
			switch c.Role {
			case field.NameLast:
				row[j] = lasts[i%len(lasts)]
			case field.NameFirst:
				row[j] = firsts[(i+i/len(lasts))%len(firsts)]
			}
		}
		writeRow(&b, l, row)
	}
	return b.Bytes()
}

// Whoever has the names of another country, or of a family, is read.
func TestNamesOfAllPeoples(t *testing.T) {
	racetest.LeaveOut(t)
	for name, people := range peoples {
		t.Run(name, func(t *testing.T) {
			for _, id := range []string{"fl-extract", "nc-ncvoter-2022", "gb-register-surname", "wv-statewide-vr"} {
				l := mustLayout(t, id)
				for _, n := range []int{1, 3, 7, 20, 200} {
					if err := openBytes(t, peopleRows(l, people, n)); err != nil {
						t.Errorf("%s, %d rows: %v", id, n, err)
					}
				}
			}
			l := mustLayout(t, "wv-statewide-vr")
			err := openBytes(t, peopleRows(l, [2]string{people[1], people[0]}, 200))
			t.Logf("%s: refused when swapped: %v", name, err != nil)
			if name == "Mexican" && err == nil {
				t.Error("read although surnames and first names are swapped")
			}
		})
	}
}

// Small files show little, and are not refused for what they seem to show.
func TestSmallFilesAreRead(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	all, err := layouts.All()
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, l := range all {
		for i, rows := range []int64{3, 5, 8, 12, 20} {
			for seed := range uint64(3) {
				files++
				err := openBytes(t, synthRoll(t, l, rows, uint64(10*i)+seed))
				if err != nil && !errors.Is(err, ErrEmpty) { // two layouts have nobody's names

					t.Errorf("%s, %d rows, seed %d: %v", l.ID, rows, uint64(10*i)+seed, err)
				}
			}
		}
	}
	t.Logf("%d files read", files)
}
