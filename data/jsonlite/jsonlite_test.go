package jsonlite

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

type inner struct {
	N    int64             `json:"n"`
	F    float64           `json:"f,omitempty"`
	Tags []string          `json:"tags"`
	Map  map[string]uint16 `json:"map,omitempty"`
}

type outer struct {
	Name  string           `json:"name"`
	On    bool             `json:"on"`
	In    *inner           `json:"in,omitempty"`
	List  []inner          `json:"list"`
	By    map[string]inner `json:"by"`
	At    time.Time        `json:"at"`
	Small int8             `json:"small"`
	Plain string
	Skip  string `json:"-"`
}

func full() outer {
	return outer{
		Name: "a \"quoted\"\t\\ \u2028 ñ \U0001F600 <&>", On: true, In: &inner{N: -5, F: 1.5e-7, Tags: []string{}},
		List: []inner{{N: 1 << 60, Tags: []string{"x", ""}, Map: map[string]uint16{"b": 1, "a": 65535}}}, By: map[string]inner{"k": {}},
		At: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), Small: -7, Plain: "p",
	}
}

// What is written is read back, here and by encoding/json, and the other way
// round.
func TestSameAsEncodingJSON(t *testing.T) {
	want := full()
	b, err := Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var here, there outer
	if err := Unmarshal(b, &here); err != nil || !reflect.DeepEqual(here, want) {
		t.Errorf("read back: %v, %+v", err, here)
	}
	if err := json.Unmarshal(b, &there); err != nil || !reflect.DeepEqual(there, want) {
		t.Errorf("encoding/json reads %s: %v, %+v", b, err, there)
	}
	b, err = json.MarshalIndent(want, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	here = outer{}
	if err := Unmarshal(b, &here); err != nil || !reflect.DeepEqual(here, want) {
		t.Errorf("reading %s: %v, %+v", b, err, here)
	}
}

func TestRefuses(t *testing.T) {
	for _, in := range []string{
		``, `{`, `{"name":"x"`, `{"name":"x",}`, `{"name" "x"}`, `{"name":"x"}{}`, `{"name":1}`, `{"on":"x"}`, `{"small":128}`, `{"small":1.5}`,
		`{"list":{}}`, `{"by":[]}`, `{"in":[]}`, `{"at":"now"}`, `{"name":"a","name":"b"}`, `{"name":"\x"}`, `{"name":"\u12"}`, "{\"name\":\"\n\"}",
		`{"small":01}`, `{"small":-}`, `{"else":1.}`, `{"else":1e}`, `{"else":nul}`, `[1`, strings.Repeat("[", 100),
	} {
		var v outer
		if Unmarshal([]byte(in), &v) == nil {
			t.Errorf("%s is taken", in)
		}
	}
	if Unmarshal([]byte("{}"), outer{}) == nil {
		t.Error("a value that cannot be set is taken")
	}
	if _, err := Marshal(map[int]int{1: 1}); err == nil {
		t.Error("a map by number is written")
	}
	if _, err := Marshal(make(chan int)); err == nil {
		t.Error("a channel is written")
	}
}

// Whatever is taken here, encoding/json takes, and reads the same from it: names
// apart, which it compares in any case.
func FuzzUnmarshal(f *testing.F) {
	b, _ := json.Marshal(full())
	f.Add(b)
	f.Add([]byte(`{"name":"\ud83d\ude00\ud83d","x":[null,{"y":-0.0e+1}],"in":null,"list":[{"map":null}]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		var here, there outer
		if Unmarshal(in, &here) != nil {
			return
		}
		if err := json.Unmarshal(in, &there); err != nil {
			if json.Valid(in) {
				return // a member whose name differs in case only
			}
			t.Fatalf("encoding/json does not take it: %v", err)
		}
		if strings.Contains(strings.ToLower(string(in)), "k") || strings.ContainsRune(string(in), 'ſ') || strings.ToLower(string(in)) != string(in) {
			return // names in another case
		}
		if !reflect.DeepEqual(here, there) {
			t.Fatalf("%s: %+v, encoding/json has %+v", in, here, there)
		}
	})
}
