package layouts

import "testing"

func TestEveryLayoutParses(t *testing.T) {
	for _, id := range IDs() {
		l, err := Get(id)
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		if l.ID != id {
			t.Errorf("%s.json holds layout %q", id, l.ID)
		}
	}
}
