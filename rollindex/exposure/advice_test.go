package exposure

import (
	"bytes"
	"strings"
	"testing"

	"rollcheck/data/advice"
	"rollcheck/data/field"
	"rollcheck/hashing"
)

// Beside a finding that is sure, advice for one that is only possible stays
// conditional, and no other; of what an office gave out only secrets count.
func TestAdviceOfSeveral(t *testing.T) {
	leak := &hashing.DatasetInfo{ID: "leak", Kind: hashing.Leak}
	roll := &hashing.DatasetInfo{ID: "roll", Kind: hashing.Release}
	sure := Finding{Record: new(PublicRecord), Dataset: roll, Tier: Likely, Fields: field.SetOf(field.Name, field.Phone)}
	maybe := Finding{Record: new(PublicRecord), Dataset: leak, Tier: Possible, Fields: field.SetOf(field.Name, field.SSN, field.Email)}
	open := Finding{
		Record:  &PublicRecord{Public: field.SetOf(field.Name, field.BirthDate, field.Party, field.Email)},
		Dataset: leak, Tier: Strong, Fields: field.SetOf(field.Name, field.BirthDate, field.Party, field.Email, field.SSN),
	}
	for _, tt := range []struct {
		name      string
		findings  []Finding
		says, not []string
	}{
		{"both", []Finding{sure, maybe}, []string{"- See that", "- If this is you, freeze", "- If this is you, expect e-mail"}, []string{"- Freeze", "7726", "ordinary"}},
		{"roll", []Finding{sure}, []string{"ordinary", "- See that"}, []string{"If this is you", "7726"}},
		{"public anyway", []Finding{open}, []string{"- Freeze", "- Expect e-mail"}, []string{"security answer", "pressure over your party"}},
		{"roll with a secret", []Finding{{Record: new(PublicRecord), Dataset: roll, Tier: Strong, Fields: field.SetOf(field.SSN, field.Phone)}}, []string{"ordinary", "- Freeze"}, []string{"7726"}},
	} {
		var out bytes.Buffer
		h := NewText(&out, advice.En).(*textHandler)
		h.findings = tt.findings
		h.advice()
		if err := h.Flush(); err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(out.String()), " ")
		for _, s := range tt.says {
			if !strings.Contains(text, s) {
				t.Errorf("%s: does not say %q: %s", tt.name, s, text)
			}
		}
		for _, s := range tt.not {
			if strings.Contains(text, s) {
				t.Errorf("%s: says %q: %s", tt.name, s, text)
			}
		}
		for _, page := range []string{"https://tips.fbi.gov", "https://www.usa.gov/state-election-office"} {
			if n := strings.Count(text, page); n != 1 {
				t.Errorf("%s: %s is named %d times", tt.name, page, n)
			}
		}
	}
}
