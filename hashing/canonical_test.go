package hashing

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"rollcheck/data/field"
)

// blocks returns the lines of the fenced blocks of CANONICAL.md, by what stands
// behind the opening fence.
func blocks(t *testing.T) map[string][]string {
	t.Helper()
	b, err := os.ReadFile("CANONICAL.md")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	open := ""
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		if info, ok := strings.CutPrefix(line, "```"); ok {
			open = info
		} else if open != "" {
			all[open] = append(all[open], line)
		}
	}
	return all
}

// TestSpecExamples runs the examples of CANONICAL.md.
func TestSpecExamples(t *testing.T) {
	lines := blocks(t)["rc1"]
	if len(lines) < 40 {
		t.Fatalf("%d examples", len(lines))
	}
	for _, line := range lines {
		parts := strings.Split(line, "|")
		if len(parts) != 3 {
			t.Errorf("not an example: %q", line)
			continue
		}
		v := vector{Kind: strings.TrimSpace(parts[0]), In: pairs(parts[1], ";"), Out: pairs(parts[2], " ")}
		if got, err := v.run(); err != nil || !maps.Equal(got, v.Out) {
			t.Errorf("%s: got %v, %v", line, got, err)
		}
	}
}

func pairs(s, sep string) map[string]string {
	m := map[string]string{}
	for p := range strings.SplitSeq(s, sep) {
		if name, value, ok := strings.Cut(strings.TrimSpace(p), "="); ok {
			m[name] = value
		}
	}
	return m
}

// TestSpecTables holds the tables of CANONICAL.md against those of the code.
func TestSpecTables(t *testing.T) {
	all := blocks(t)
	for name, want := range map[string][][]string{
		"ways": ways, "places": places, "directionals": directionals, "routes": routes, "units": units,
		"unitsWithID": unitsWithID, "unitsBehindWay": unitsBehindWay, "boxes": boxes, "tens": tens, "ordinals": ordinals,
	} {
		var got [][]string
		for entry := range strings.SplitSeq(strings.Join(all["words "+name], " | "), " | ") {
			got = append(got, strings.Fields(entry))
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("table %q differs:\n%v\n%v", name, got, want)
		}
	}
	spec := map[rune]string{}
	for _, line := range all["letters"] {
		f := strings.Fields(line)
		to, ok := map[string]string{"SP": " ", "HY": "-", "-": ""}[f[0]]
		if !ok {
			to = f[0]
		}
		for _, hexRune := range f[1:] {
			r, err := strconv.ParseUint(hexRune, 16, 16)
			if err != nil {
				t.Fatal(err)
			}
			spec[rune(r)] = to
		}
	}
	for r := rune(0x80); r <= 0xFFFF; r++ {
		got, ok := special(r)
		want, inSpec := spec[r]
		if ok != inSpec || got != want {
			t.Errorf("%U: code %q %v, specification %q %v", r, got, ok, want, inSpec)
		}
	}
}

// TestSpecKeys recomputes the worked example of CANONICAL.md.
func TestSpecKeys(t *testing.T) {
	example := map[string]string{}
	for _, line := range blocks(t)["example"] {
		name, value, _ := strings.Cut(line, "=")
		example[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	bytesOf := func(name string) []byte {
		b, err := hex.DecodeString(example[name])
		if err != nil || len(b) == 0 {
			t.Fatalf("%s: %q", name, example[name])
		}
		return b
	}
	key, salt := Key(bytesOf("key")), Salt(bytesOf("salt"))
	prf, err := NewPRF(&key, &salt)
	if err != nil {
		t.Fatal(err)
	}
	var d Details
	d.SetFirst([]byte("María"))
	d.SetLast([]byte("O'Brien-López Jr."))
	d.SetMiddle([]byte("Q"))
	d.SetBirth(Date{1976, 7, 4}, Date{})
	x, _ := d.AppendKey(nil, NameDOB)
	var y Output
	prf.NewHasher().Sum(NameDOB, x, &y)
	tag, pad := prf.Entries("fl-2020-10", 1).Seal(&y)
	mask := NewMask(field.SetOf(field.Name, field.BirthDate), d.Initial)
	prk, _ := hkdf.Extract(sha256.New, key[:], salt[:])
	check := prf.Check()
	for name, got := range map[string]string{
		"PRK": hex.EncodeToString(prk), "check": hex.EncodeToString(check[:]), "x": hex.EncodeToString(x), "y": hex.EncodeToString(y[:]),
		"ds": hex.EncodeToString([]byte(datasetLabel("fl-2020-10", 1))), "page": hex.EncodeToString(prf.PageKey("fl-2020-10", 1)),
		"tag": fmt.Sprintf("%016x", uint64(tag)), "pad": fmt.Sprintf("%08x", uint32(pad)),
		"mask": fmt.Sprintf("%08x", uint32(mask)), "sealed": fmt.Sprintf("%08x", uint32(mask^pad)),
	} {
		if got != example[name] {
			t.Errorf("%s = %s, specification %s", name, got, example[name])
		}
	}
}

// TestWords: spelling a word out twice is spelling it out once, the short table
// finds what the map holds, and no list takes another's spelling away.
func TestWords(t *testing.T) {
	for s, w := range words {
		if findWord([]byte(s)) != w {
			t.Errorf("%s is not found", s)
		}
		if again := words[w.to]; again != nil && again.to != w.to {
			t.Errorf("%s -> %s -> %s", s, w.to, again.to)
		}
	}
	for _, s := range []string{"MAIN", "AVENUEX", "EXPRESSWAYS", "Q"} {
		if w := findWord([]byte(s)); w != nil {
			t.Errorf("%s is taken for %s", s, w.to)
		}
	}
	owner := map[string]string{}
	for _, lists := range [][][]string{ways, places, directionals, routes, units, unitsWithID, unitsBehindWay, boxes, tens, ordinals} {
		for _, spellings := range lists {
			for _, s := range spellings {
				if o, ok := owner[s]; ok && o != spellings[0] {
					t.Errorf("%s stands for %s and for %s", s, o, spellings[0])
				}
				owner[s] = spellings[0]
			}
		}
	}
	used := 0
	for _, s := range shortWords {
		if s.key != 0 {
			used++
		}
	}
	if used > len(shortWords)*3/4 {
		t.Errorf("%d words fill the table of %d", used, len(shortWords))
	}
}
