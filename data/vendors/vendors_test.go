package vendors

import (
	"slices"
	"strings"
	"testing"

	"rollcheck/data/layouts"
)

func TestEveryVendorIsSourced(t *testing.T) {
	seen := map[string]string{}
	for _, v := range All() {
		if v.ID == "" || v.Title == "" || v.About == "" || len(v.Columns) == 0 || len(v.Sources) == 0 {
			t.Errorf("%q: a member is missing", v.ID)
		}
		if !slices.Contains([]string{"high", "medium", "low"}, v.Confidence) {
			t.Errorf("%s: confidence %q", v.ID, v.Confidence)
		}
		for _, c := range v.Columns {
			if other := seen[letters(c)]; other != "" && other != v.ID {
				t.Errorf("column %s is of %s and of %s: it tells neither", c, other, v.ID)
			}
			seen[letters(c)] = v.ID
		}
		for _, s := range v.Sources {
			id, ok := strings.CutPrefix(s, "layout ")
			if !ok {
				continue
			}
			l, err := layouts.Get(id)
			if err != nil {
				t.Errorf("%s: %v", v.ID, err)
				continue
			}
			if !hasAny(&v, l) {
				t.Errorf("%s: layout %s has none of its columns", v.ID, id)
			}
		}
	}
}

func hasAny(v *Vendor, l *layouts.Layout) bool {
	return slices.ContainsFunc(l.Columns, func(c layouts.Column) bool {
		return v.has(letters(c.Name)) || slices.ContainsFunc(c.Aliases, func(a string) bool { return v.has(letters(a)) })
	})
}

// A state's own file must not seem to descend from a vendor.
func TestNoPublicLayoutIsAVendors(t *testing.T) {
	all, err := layouts.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		if l.Jurisdiction == "" {
			continue
		}
		var names []string
		for _, c := range l.Columns {
			names = append(names, c.Name)
		}
		for _, f := range In(names) {
			t.Errorf("%s seems to be of %s, by %v", l.ID, f.Vendor.ID, f.Columns)
		}
	}
}

func TestIn(t *testing.T) {
	found := In([]string{"first_name", "NBEC GUID", "VB.tsmart_zip", "dwidth"})
	if len(found) != 2 || found[0].Vendor.ID != "targetsmart" || found[1].Vendor.ID != "nationbuilder" || found[1].Columns[0] != "NBEC GUID" {
		t.Errorf("found %v", found)
	}
}
