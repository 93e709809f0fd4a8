package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"rollcheck/data/catalogue"
)

func allIncidents(t *testing.T) []*catalogue.Incident {
	t.Helper()
	all, err := catalogue.Incidents()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Every incident has a page with nothing empty on it, and all that is known of it.
func TestEveryIncidentInText(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, i := range allIncidents(t) {
		page := s.run("incidents", "show", i.ID).want(0).stdout
		checkPage(t, i.ID, page, 78)
		flat := strings.Join(strings.Fields(page), " ")
		says := append([]string{
			i.ID, i.Title, i.Summary, string(i.Disclosed), i.ExposedFrom, i.DataAsOf, i.Note, string(i.Added), string(i.Modified),
			sentence(i.PublicRecord.Says), sentence(i.Circulates.Says), sentence(i.Attribution), string(i.Confidence),
		}, i.Sources...)
		for _, class := range i.Data {
			says = append(says, "- "+catalogue.ClassTitle(class))
		}
		for _, code := range i.Jurisdictions {
			says = append(says, catalogue.PlaceName(code))
		}
		if i.Count != nil && *i.Count > 0 {
			says = append(says, group(*i.Count)+" people or records")
		}
		for _, text := range says {
			if !strings.Contains(flat, strings.Join(strings.Fields(text), " ")) {
				t.Errorf("%s: the page does not say %q", i.ID, text)
			}
		}
	}
}

// checkPage holds that each heading has something under it, each label something
// beside it, and each line its width, unless it is one word.
func checkPage(t *testing.T, id, page string, width int) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(page, "\n"), "\n")
	for n, line := range lines {
		last := n+1 == len(lines)
		heading := line != "" && line[0] != ' ' && n > 0 && lines[n-1] == ""
		switch {
		case strings.TrimRight(line, " ") != line:
			t.Errorf("%s: nothing stands behind %q", id, line)
		case line == "" && (last || lines[n+1] == ""):
			t.Errorf("%s: line %d is an empty part", id, n+1)
		case heading && !strings.HasSuffix(line, ".") && len(line) < 30 && (last || !strings.HasPrefix(lines[n+1], "  ")):
			t.Errorf("%s: nothing stands under %q", id, line)
		case strings.Contains(line, "%!"):
			t.Errorf("%s: %q", id, line)
		case utf8.RuneCountInString(line) > width && len(strings.Fields(line)) > 2:
			t.Errorf("%s: a line is longer than %d: %q", id, width, line)
		}
	}
}

// The JSON lines hold every incident whole, in the catalogue's order.
func TestEveryIncidentInJSON(t *testing.T) {
	t.Parallel()
	all := allIncidents(t)
	lines := strings.Split(strings.TrimSpace(newSite(t).run("incidents", "--json").want(0).stdout), "\n")
	if len(lines) != len(all)+2 {
		t.Fatalf("%d lines for %d incidents", len(lines), len(all))
	}
	for n, i := range all {
		var got struct {
			Type string `json:"type"`
			catalogue.Incident
		}
		dec := json.NewDecoder(strings.NewReader(lines[n+1]))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&got); err != nil {
			t.Fatalf("%s: %v", i.ID, err)
		}
		if got.Type != "incident" || !reflect.DeepEqual(&got.Incident, i) {
			t.Errorf("%s: its line is another: %s", i.ID, lines[n+1])
		}
		if strings.Contains(lines[n+1], `"title":""`) || strings.Contains(lines[n+1], `"summary":""`) {
			t.Errorf("%s: no title or no summary", i.ID)
		}
	}
}

// The closed lists of the catalogue and the words for them are the same.
func TestIncidentWords(t *testing.T) {
	for what, tc := range map[string]struct {
		known []string
		words map[string]string
	}{
		"kind":        {catalogue.IncidentKinds(), kindWords},
		"relation":    {catalogue.Relations(), relationWords},
		"circulation": {catalogue.Circulations(), circulationWords},
	} {
		if got := slices.Sorted(maps.Keys(tc.words)); !slices.Equal(got, slices.Sorted(slices.Values(tc.known))) {
			t.Errorf("%s: words for %v, known are %v", what, got, tc.known)
		}
	}
	for _, i := range allIncidents(t) {
		c := i.Claims
		if countWords[c.Count] == "" || dataWords[c.Data] == "" || attributionWords[c.Attribution] == "" || confidenceWords[i.Confidence] == "" {
			t.Errorf("%s: no words for %q, %q, %q or %q", i.ID, c.Count, c.Data, c.Attribution, i.Confidence)
		}
	}
}

// madeUp returns an incident that never was, with the marks that few have.
func madeUp() *catalogue.Incident {
	i := &catalogue.Incident{
		ID: "zw-made-up-2001", Title: "A list of a club's members who vote left in a train", Country: "ZW", Jurisdictions: []string{"ZW", "GB-ENG"},
		Kind: "loss", Disclosed: "2001", Added: "2026-01-02", Modified: "2026-01-03", Data: []string{"name", "religion"},
		Confidence: catalogue.Low, Claims: catalogue.Claims{Count: "disputed", Data: "partial", Attribution: "none"},
		Contested: true, Sensitive: true, Retired: true,
		Summary: "It was said to have been found, and then it was said not to have been.", Sources: []string{"https://example.org/" + strings.Repeat("long/", 20)},
	}
	i.PublicRecord.Relation, i.PublicRecord.Says = "beyond", "no list of members is public"
	i.Circulates.State, i.Circulates.Says = "unknown", "never looked for"
	return i
}

func pageOf(i *catalogue.Incident, width int) string {
	var b bytes.Buffer
	w := bufio.NewWriter(&b)
	printIncident(&page{w: w, width: width}, i)
	w.Flush()
	return b.String()
}

func TestIncidentMarks(t *testing.T) {
	i := madeUp()
	for _, width := range []int{0, 40, 200} {
		text := pageOf(i, width)
		checkPage(t, i.ID, text, map[int]int{0: 78, 40: 40, 200: 78}[width])
		flat := strings.Join(strings.Fields(text), " ")
		for _, want := range []string{
			"This entry was withdrawn.", "retired this entry", "contested the holder", "sensitive being in it", "not verified no official",
			"Not known: accounts give different figures.", "Nobody is named", "Zimbabwe, by name England", "exposed from not known", "Never looked for.",
		} {
			if !strings.Contains(flat, want) {
				t.Errorf("width %d: the page does not say %q:\n%s", width, want, text)
			}
		}
	}
	none := int64(0)
	i.Count, i.Retired, i.Sensitive, i.Verified = &none, false, false, true
	flat := strings.Join(strings.Fields(pageOf(i, 0)), " ")
	if !strings.Contains(flat, "None: officials say that nothing was taken") || !strings.Contains(flat, "verified an official page") {
		t.Errorf("none taken and verified:\n%s", flat)
	}
	for _, not := range []string{"withdrawn", "sensitive", "not verified", "Doubts"} {
		if strings.Contains(flat, not) {
			t.Errorf("the page says %q:\n%s", not, flat)
		}
	}
}

// A retired incident is listed with its mark; where a terminal is too narrow, the
// title stands below, whole.
func TestIncidentTable(t *testing.T) {
	title := "(retired, contested) A list of a club's members who vote left in a train"
	for width, want := range map[int]string{
		0:   "zw-made-up-2001  2001       England  -      " + title + "\n\n1 of 72",
		200: "zw-made-up-2001  2001       England  -      " + title + "\n\n1 of 72",
		60: "zw-made-up-2001  2001       England  -\n    (retired, contested) A list of a club's members who vote\n" +
			"    left in a train\n\n1 of 72",
	} {
		var b bytes.Buffer
		p := &program{stdout: bufio.NewWriter(&b), width: width}
		if err := p.incidentTable([]*catalogue.Incident{madeUp()}, 72); err != nil {
			t.Fatal(err)
		}
		p.stdout.Flush()
		if got := b.String(); !strings.Contains(got, "\n"+want) {
			t.Errorf("width %d:\n%s", width, got)
		}
	}
}

func TestIncidentFilter(t *testing.T) {
	i := madeUp()
	for _, tc := range []struct {
		f    incidentFilter
		want bool
	}{
		{incidentFilter{}, true},
		{incidentFilter{place: "ZW"}, true},
		{incidentFilter{place: "GB-ENG"}, true},
		{incidentFilter{place: "US-FL"}, false},
		{incidentFilter{class: "religion"}, true},
		{incidentFilter{class: "profile"}, true}, // religion is a part of it
		{incidentFilter{class: "income"}, false}, // and another part
		{incidentFilter{class: "email"}, false},
		{incidentFilter{since: "2001-06"}, true}, // disclosed some time in 2001
		{incidentFilter{until: "2001-06"}, true},
		{incidentFilter{since: "2002"}, false},
		{incidentFilter{until: "2000-12-31"}, false},
		{incidentFilter{place: "ZW", class: "email"}, false},
	} {
		if got := tc.f.fits(i); got != tc.want {
			t.Errorf("%+v fits: %v", tc.f, got)
		}
	}
}

func TestNearIDs(t *testing.T) {
	all := allIncidents(t)
	for word, want := range map[string]string{
		"us-ak-ovr-2021": "us-ak-ovr-2020", "hillsborough": "us-fl-hillsborough-2023", "us-az": "us-az-acp-2026 us-az-protected-2020 us-az-2016-attempt",
		"zzzz": "", "": "", "u": "",
	} {
		if got := strings.Join(nearIDs(word, all), " "); got != want {
			t.Errorf("near %q: %q, want %q", word, got, want)
		}
	}
}
