package tables

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
)

// dbfBytes returns a dBASE III table of fictional people.
func dbfBytes(rows ...string) []byte {
	columns := []struct {
		name string
		kind byte
		size int
	}{{"APE_PAT", 'C', 10}, {"NOMBRE", 'C', 8}, {"FNAC", 'D', 8}, {"EDAD", 'N', 3}}
	row := 1
	for _, c := range columns {
		row += c.size
	}
	head := make([]byte, 32)
	head[0], head[1], head[2], head[3] = 3, 126, 11, 22
	binary.LittleEndian.PutUint32(head[4:], uint32(len(rows)))
	binary.LittleEndian.PutUint16(head[8:], uint16(32*(len(columns)+1)+1))
	binary.LittleEndian.PutUint16(head[10:], uint16(row))
	for _, c := range columns {
		b := make([]byte, 32)
		copy(b, c.name)
		b[11], b[16] = c.kind, byte(c.size)
		head = append(head, b...)
	}
	head = append(head, '\r')
	for _, r := range rows {
		head = append(head, r...)
	}
	return append(head, 0x1a)
}

func inputOf(b []byte) Input {
	return Input{Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }, At: bytes.NewReader(b), Size: int64(len(b))}
}

func TestDBF(t *testing.T) {
	data := dbfBytes(" EJEMPLO   ANA     19610417 59", "*MU\xd1OZ     LUIS    19800101  7", " A\n\x1fB"+strings.Repeat(" ", 6+8+8+3))
	f, err := OpenDBF(t.Context(), inputOf(data), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := f.Tables(); len(got) != 1 || strings.Join(got[0].Columns, ",") != "APE_PAT,NOMBRE,FNAC,EDAD" || got[0].Rows != 3 {
		t.Fatalf("%+v", got)
	}
	rows, err := f.Rows(0)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	text, err := io.ReadAll(rows)
	if n, first, trailing := f.(*dbfFile).Remnants(); n != 1 || len(first) != 1 || first[0] != 2 || trailing != 0 {
		t.Errorf("%d deleted rows at %v, %d bytes behind", n, first, trailing)
	}
	const want = "EJEMPLO\x1fANA\x1f1961-04-17\x1f59\nMUÑOZ\x1fLUIS\x1f1980-01-01\x1f7\nA  B\x1f\x1f\x1f\n"
	if string(text) != want || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	cut, err := OpenDBF(t.Context(), inputOf(data[:len(data)-20]), 0)
	if err != nil {
		t.Fatal(err)
	}
	rows, err = cut.Rows(0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(rows); !errors.Is(err, ErrTruncated) {
		t.Errorf("a table cut short: %v", err)
	}
}

func FuzzDBF(f *testing.F) {
	f.Add(dbfBytes(" EJEMPLO   ANA     19610417 59"))
	f.Add([]byte("\x03"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := OpenDBF(t.Context(), inputOf(data), 0)
		if err != nil {
			return
		}
		rows, err := file.Rows(0)
		if err != nil {
			return
		}
		defer rows.Close()
		text, _ := io.ReadAll(rows)
		for line := range bytes.Lines(text) {
			if n := bytes.Count(line, []byte{Separator}) + 1; n != len(file.Tables()[0].Columns) {
				t.Fatalf("%d fields of %d columns", n, len(file.Tables()[0].Columns))
			}
		}
	})
}
