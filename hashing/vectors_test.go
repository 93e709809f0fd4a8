package hashing

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// vector is one case of testdata/rc1.json, or one example of CANONICAL.md: an
// input of some kind and its canonical form. An absent field has no entry in
// Out; the name of an input ends in "_hex" when its bytes are not UTF-8.
type vector struct {
	Kind string            `json:"kind"`
	In   map[string]string `json:"in"`
	Out  map[string]string `json:"out"`
	Note string            `json:"note"`
}

func readVectors(t *testing.T) []vector {
	t.Helper()
	b, err := os.ReadFile("testdata/rc1.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Version string   `json:"version"`
		Cases   []vector `json:"cases"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if file.Version != Version {
		t.Fatalf("vectors of version %q", file.Version)
	}
	return file.Cases
}

func TestVectors(t *testing.T) {
	seen := map[string]bool{}
	kinds := map[string]int{}
	for _, v := range readVectors(t) {
		id := fmt.Sprint(v.Kind, v.In)
		if seen[id] {
			t.Errorf("twice: %s", id)
		}
		seen[id] = true
		kinds[v.Kind]++
		if v.Note == "" {
			t.Errorf("%s: no note", id)
		}
		got, err := v.run()
		if err != nil {
			t.Errorf("%s: %v", id, err)
		} else if !maps.Equal(got, v.Out) {
			t.Errorf("%s:\n got %v\nwant %v", id, got, v.Out)
		}
	}
	if len(seen) < 300 {
		t.Errorf("%d vectors, want 300", len(seen))
	}
	for _, k := range []string{"first", "last", "middle", "suffix", "birth", "address-line", "address-parts", "zip", "phone", "email", "voter-id", "key"} {
		if kinds[k] == 0 {
			t.Errorf("no vector of kind %q", k)
		}
	}
}

// run returns the canonical form of the vector's input.
func (v *vector) run() (map[string]string, error) {
	in := map[string][]byte{}
	for name, s := range v.In {
		if base, ok := strings.CutSuffix(name, "_hex"); ok {
			b, err := hex.DecodeString(s)
			if err != nil {
				return nil, err
			}
			in[base] = b
			continue
		}
		in[name] = []byte(s)
	}
	d := Details{Jurisdiction: string(in["jurisdiction"])}
	if v.Kind == "key" {
		return runKey(&d, in)
	}
	if err := d.fill(in); err != nil {
		return nil, err
	}
	return d.out(), nil
}

// fill gives each input to its setter.
func (d *Details) fill(in map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(in)) { // so the suffix column comes last
		raw := in[name]
		switch name {
		case "first":
			d.SetFirst(raw)
		case "last":
			d.SetLast(raw)
		case "middle":
			d.SetMiddle(raw)
		case "suffix":
			d.SetSuffix(raw)
		case "line":
			d.SetAddressLine(raw)
		case "house":
			d.SetAddressParts(raw, in["fraction"], in["street"])
		case "zip":
			d.SetZIP(raw)
		case "phone":
			d.SetPhone(in["area"], raw)
		case "email":
			d.SetEmail(raw)
		case "voter_id":
			d.SetVoterID(raw)
		case "date":
			date, _ := ParseDate(raw, string(in["layout"]))
			asOf, _ := ParseDate(in["as_of"], "")
			d.SetBirth(date, asOf)
		case "fraction", "street", "area", "layout", "as_of", "jurisdiction":
		case "type", "key", "salt", "dataset", "generation":
		default:
			return fmt.Errorf("unknown input %q", name)
		}
	}
	return nil
}

func (d *Details) out() map[string]string {
	out := map[string]string{}
	for name, b := range map[string][]byte{
		"first": d.First, "last": d.Last, "suffix": []byte(d.Suffix), "birth": []byte(d.Birth.String()),
		"house": d.House, "street": d.Street, "zip": d.ZIP, "phone": d.Phone, "email": d.Email, "voter_id": d.VoterID,
	} {
		if len(b) > 0 {
			out[name] = string(b)
		}
	}
	if d.Initial != 0 {
		out["initial"] = string(rune(d.Initial))
	}
	return out
}

// runKey goes the whole way from raw details to an entry.
func runKey(d *Details, in map[string][]byte) (map[string]string, error) {
	var key Key
	var salt Salt
	for dst, name := range map[*[32]byte]string{(*[32]byte)(&key): "key", (*[32]byte)(&salt): "salt"} {
		b, err := hex.DecodeString(string(in[name]))
		if err != nil || copy(dst[:], b) != len(dst) {
			return nil, fmt.Errorf("bad %s", name)
		}
	}
	generation, err := strconv.ParseUint(string(in["generation"]), 10, 32)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(KeyTypes(), func(t KeyType) bool { return t.String() == string(in["type"]) })
	if i < 0 {
		return nil, fmt.Errorf("unknown key type %q", in["type"])
	}
	if err := d.fill(in); err != nil {
		return nil, err
	}
	x, ok := d.AppendKey(nil, KeyTypes()[i])
	if !ok {
		return map[string]string{}, nil
	}
	prf, err := NewPRF(&key, &salt)
	if err != nil {
		return nil, err
	}
	var y Output
	prf.NewHasher().Sum(KeyTypes()[i], x, &y)
	tag, pad := prf.Entries(string(in["dataset"]), uint32(generation)).Seal(&y)
	return map[string]string{
		"x": hex.EncodeToString(x), "y": hex.EncodeToString(y[:]),
		"tag": fmt.Sprintf("%016x", uint64(tag)), "pad": fmt.Sprintf("%08x", uint32(pad)),
	}, nil
}
