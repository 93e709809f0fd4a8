package names

import "testing"

// What a browser is handed answers every look-up as the tables do.
func TestBundle(t *testing.T) {
	cut, err := cutBundle(string(Bundle()))
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		got := cut[table.name]
		for line := range lines(*table.text) {
			key, want := word(line)
			if table.name == "firsts" {
				sex, rest := word(want)
				key, want = key+" "+sex, rest
			}
			rest, ok := find(got, key)
			if !ok {
				t.Fatalf("%s: an entry is missing from the bundle", table.name)
			}
			for n := 1; n < table.words || table.words == 0 && want != ""; n++ {
				var a, b string
				a, rest = word(rest)
				if b, want = word(want); a != b {
					t.Fatalf("%s: an entry differs in the bundle", table.name)
				}
			}
		}
	}
	all := string(Bundle())
	for _, bad := range []string{"", all[:len(all)-1], all + "x", "x" + all, "surnames 5\nA 1\n\n", "surnames -1\n"} {
		if _, err := cutBundle(bad); err == nil {
			t.Errorf("a bundle of %d bytes is taken", len(bad))
		}
	}
}
