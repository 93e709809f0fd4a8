package advice

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"rollcheck/data/field"
)

// hosts are those a link may lead to: government, federal.
var hosts = []string{
	"vote.gov", "www.usa.gov", "tips.fbi.gov", "www.ic3.gov", "www.fcc.gov", "www.irs.gov", "www.ssa.gov",
	"consumer.ftc.gov", "consumidor.ftc.gov", "www.identitytheft.gov", "www.robodeidentidad.gov",
}

// jargon are words that advice does without, in either language.
var jargon = []string{
	"phishing", "smishing", "vishing", "port-out", "sim", "breach", "credential", "dataset", "index", "hash", "exposure", "authentication",
	"brecha", "credencial", "índice", "autenticación", "e.g.", "i.e.", "etc",
}

// alarm are words that frighten without helping.
var alarm = []string{"immediately", "urgent", "urgente", "inmediatamente", "severe", "grave", "hacker", "hackers", "victim", "víctima", "!"}

func strict(t *testing.T) *file {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(source))
	dec.DisallowUnknownFields()
	var f file
	if err := dec.Decode(&f); err != nil {
		t.Fatal(err)
	}
	return &f
}

// Every row is whole: both languages, a trigger that is there, sources, links in
// both languages to hosts of the list.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range strict(t).Steps {
		if w.ID == "" || seen[w.ID] {
			t.Errorf("step %q: no id of its own", w.ID)
		}
		seen[w.ID] = true
		if len(w.When)+len(w.Kinds) == 0 {
			t.Errorf("step %q: nothing triggers it", w.ID)
		}
		if len(w.Kinds) > 0 && !w.Personal {
			t.Errorf("step %q: advice about what was exposed holds only for whom it was exposed of", w.ID)
		}
		if len(w.Sources) == 0 {
			t.Errorf("step %q: no source", w.ID)
		}
		for _, s := range w.Sources {
			checkSource(t, w.ID, s)
		}
		for _, l := range w.Links {
			if l.TitleEN == "" || l.TitleES == "" {
				t.Errorf("step %q: a link has no title in both languages", w.ID)
			}
			if strings.Contains(l.TitleES, "(en inglés)") != (l.URLES == "") && l.URL != "https://vote.gov" { // vote.gov asks for the language
				t.Errorf("step %q: %q does not say rightly whether its page is in English", w.ID, l.TitleES)
			}
			checkLink(t, w.ID, l.URL)
			if l.URLES != "" {
				checkLink(t, w.ID, l.URLES)
			}
		}
	}
}

func checkSource(t *testing.T, id, s string) {
	t.Helper()
	if dir, ok := strings.CutPrefix(s, "data/"); ok {
		if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(dir))); err != nil {
			t.Errorf("step %q: %v", id, err)
		}
	} else if u, err := url.Parse(s); err != nil || u.Host == "" {
		t.Errorf("step %q: source %q is neither an address nor a folder of data", id, s)
	}
}

func checkLink(t *testing.T, id, link string) {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" || !slices.Contains(hosts, u.Host) || u.User != nil || u.RawQuery != "" {
		t.Errorf("step %q: %q is not an https address of a listed host", id, link)
	}
}

var sentenceEnd = regexp.MustCompile(`[.?!](\s+|$)`)

func sentences(text string) (list []string) {
	for _, s := range sentenceEnd.Split(text, -1) {
		if s != "" {
			list = append(list, s)
		}
	}
	return list
}

// The words are easy to read: a text is one or two sentences, of at most 18 words
// on average and 24 at the longest, without jargon, alarm or addresses.
func TestPlainWords(t *testing.T) {
	const most, mean, perStep = 24, 18, 2
	word := func(text string) []string {
		return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
			return unicode.IsSpace(r) || strings.ContainsRune(",;:()¿?", r)
		})
	}
	for _, w := range strict(t).Steps {
		for lang, v := range map[Lang]words{En: w.EN, Es: w.ES} {
			list := sentences(v.Text)
			if v.Title == "" || len(list) == 0 || len(list) > perStep || !strings.HasSuffix(v.Text, ".") {
				t.Fatalf("step %q, %s: a title and one or two sentences are wanted", w.ID, lang)
			}
			total := 0
			for _, s := range list {
				n := len(strings.Fields(s))
				total += n
				if n > most {
					t.Errorf("step %q, %s: a sentence of %d words", w.ID, lang, n)
				}
			}
			if total > mean*len(list) {
				t.Errorf("step %q, %s: %d words in %d sentences", w.ID, lang, total, len(list))
			}
			if strings.Contains(v.Text, "://") {
				t.Errorf("step %q, %s: an address belongs into links", w.ID, lang)
			}
			for _, x := range word(v.Title + " " + strings.Join(list, " ")) {
				if slices.Contains(jargon, x) || slices.Contains(alarm, x) || strings.ContainsAny(x, "!") {
					t.Errorf("step %q, %s: says %q", w.ID, lang, x)
				}
			}
			if lang == Es && regexp.MustCompile(`\b(tú|ti|tu|tus|te|vosotros|os)\b`).MatchString(strings.ToLower(v.Title+" "+v.Text)) {
				t.Errorf("step %q: not in the formal address", w.ID)
			}
		}
		if w.EN.Text == w.ES.Text || w.EN.Title == w.ES.Title {
			t.Errorf("step %q: the same in both languages", w.ID)
		}
	}
}

// A personal text goes on after "If this is you," in lower case: it begins with
// a plain word.
func TestIfYou(t *testing.T) {
	for _, w := range strict(t).Steps {
		if !w.Personal {
			continue
		}
		for _, text := range []string{w.EN.Text, w.ES.Text} {
			r := []rune(text)
			if !unicode.IsUpper(r[0]) || !unicode.IsLower(r[1]) {
				t.Errorf("step %q: %.12q cannot be lowered", w.ID, text)
			}
		}
	}
	if got := IfYou(En, "See that"); got != "If this is you, see that" {
		t.Error(got)
	}
	if got := IfYou(Es, "Évite"); got != "Si se trata de usted, évite" {
		t.Error(got)
	}
}

func ids(steps []Step) string {
	var list []string
	for _, s := range steps {
		list = append(list, s.ID)
	}
	return strings.Join(list, " ")
}

// Whichever kind was exposed, alone, there is advice about it and not only in
// general.
func TestEveryKind(t *testing.T) {
	general := Steps(En, Found, 0)
	for _, k := range field.Kinds() {
		if got := Steps(En, Found, field.SetOf(k)); len(got) <= len(general) {
			t.Errorf("%s: only %s", k, ids(got))
		}
	}
}

// What is given to whom, in which order.
func TestSteps(t *testing.T) {
	florida := field.SetOf(field.Name, field.Party, field.Address)
	for _, tt := range []struct {
		name  string
		s     Situation
		kinds field.Set
		want  string
	}{
		{"nothing", 0, 0, ""},
		{"message", Message, 0, "danger keep report registration vote-secret"},
		{"message that quotes", Message, florida, "danger keep report registration vote-secret address pressure"},
		{"found", Found, 0, "registration vote-secret quoted-leak"},
		{"found by name alone", Found, field.SetOf(field.Name), "registration vote-secret quoted-leak widely-known"},
		{"found", Found, florida, "registration vote-secret quoted-leak address pressure"},
		{"numbers share a step", Found, field.SetOf(field.SSN, field.SSNLast4, field.DriverLicense, field.NationalID),
			"registration vote-secret quoted-leak freeze ssn ssn-last4 driver-license national-id"},
		{"released", Released, 0, "ordinary-roll registration vote-secret quoted-roll"},
		{"released and leaked", Released | Found, 0, "registration vote-secret quoted-leak"},
		{"found, and holds a message", Message | Found, 0, "danger keep report registration vote-secret"},
		{"not found", NotFound, 0, "unfound-message unfound-sender vote-secret"},
		{"not found, and holds a message", Message | NotFound, 0, "danger keep report registration vote-secret"},
		{"protected", NotFound | Protected, 0, "unfound-message unfound-sender vote-secret protected"},
		{"protected and found", Found | Protected, field.SetOf(field.Address), "registration vote-secret quoted-leak address protected"},
	} {
		for _, lang := range []Lang{En, Es} {
			got := Steps(lang, tt.s, tt.kinds)
			if ids(got) != tt.want {
				t.Errorf("%s, %s: got %s\nwant %s", tt.name, lang, ids(got), tt.want)
			}
			if got == nil {
				t.Errorf("%s: nil", tt.name)
			}
		}
	}
}

// Every step can be reached, and by every set of triggers the order is that of
// the table, each step once.
func TestOrder(t *testing.T) {
	var order []string
	for _, w := range strict(t).Steps {
		order = append(order, w.ID)
	}
	reached := map[string]bool{}
	for s := range Protected << 1 {
		for _, k := range append(field.Kinds(), 31) { // 31: all kinds
			kinds := field.SetOf(k)
			if k == 31 {
				kinds = field.SetOf(field.Kinds()...)
			}
			last := -1
			for _, step := range Steps(En, s, kinds) {
				at := slices.Index(order, step.ID)
				if at <= last {
					t.Fatalf("situation %b, kinds %s: %q is out of order", s, kinds, step.ID)
				}
				last, reached[step.ID] = at, true
			}
			if !reflect.DeepEqual(Steps(Es, s, kinds), Steps(Es, s, kinds)) {
				t.Fatalf("situation %b, kinds %s: two answers", s, kinds)
			}
		}
	}
	for _, id := range order {
		if !reached[id] {
			t.Errorf("nothing leads to step %q", id)
		}
	}
}

// A Spanish reader is sent to the Spanish page where there is one.
func TestLinks(t *testing.T) {
	find := func(lang Lang) string {
		for _, s := range Steps(lang, Found, 0) {
			for _, l := range s.Links {
				if strings.Contains(l.URL, "www.usa.gov/") && s.ID == "registration" {
					return l.Title + " " + l.URL
				}
			}
		}
		return ""
	}
	for lang, want := range map[Lang]string{
		En: "How to check your registration https://www.usa.gov/confirm-voter-registration",
		Es: "Cómo revisar su inscripción https://www.usa.gov/es/averigue-si-esta-registrado-para-votar",
		"": "How to check your registration https://www.usa.gov/confirm-voter-registration",
	} {
		if got := find(lang); got != want {
			t.Errorf("%q: got %q, want %q", lang, got, want)
		}
	}
}

// What one caller does to an answer, another does not see; and no list is null.
func TestAnswerIsTheCallers(t *testing.T) {
	one := Steps(En, Message, 0)
	for i := range one {
		for j := range one[i].Links {
			one[i].Links[j].URL = "changed"
		}
		one[i].Text = "changed"
	}
	out, err := json.Marshal(Steps(En, Message, 0))
	if err != nil || strings.Contains(string(out), "changed") || strings.Contains(string(out), "null") {
		t.Errorf("%s, %v", out, err)
	}
}

func TestKindTitle(t *testing.T) {
	titles := map[string]field.Kind{}
	for _, k := range field.Kinds() {
		es := KindTitle(Es, k)
		if es == "" || es == "desconocido" || es == k.Title() {
			t.Errorf("%s: no Spanish title", k)
		}
		if other, ok := titles[es]; ok {
			t.Errorf("%s and %s are both %q", k, other, es)
		}
		titles[es] = k
		if KindTitle(En, k) != k.Title() {
			t.Errorf("%s: %q", k, KindTitle(En, k))
		}
	}
	if KindTitle(Es, 31) != "desconocido" || KindTitle(En, 31) != "unknown" {
		t.Error("a kind that is none has a title")
	}
}

func TestParseLang(t *testing.T) {
	for tag, want := range map[string]Lang{"en": En, "EN": En, "en-US": En, "es": Es, "es-419": Es, "es_MX": Es, "": "", "fr": "", "eng": "", "-es": ""} {
		if got, ok := ParseLang(tag); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", tag, got, ok)
		}
	}
}

// A table with a name that nobody knows is refused with the step.
func TestParseRefuses(t *testing.T) {
	for in, want := range map[string]string{
		`{"steps":[{"id":"a","kinds":["shoe_size"]}]}`:  `step "a": unknown kind "shoe_size"`,
		`{"steps":[{"id":"a","when":["bored"]}]}`:       `step "a": unknown situation "bored"`,
		`{"steps":[{"id":"a","unless":["bored"]}]}`:     `step "a": unknown situation "bored"`,
		`{"kinds_es":{"shoe_size":"número de zapato"}}`: `kinds_es: unknown kind "shoe_size"`,
		`{"steps":[`: "advice.json: not JSON",
	} {
		if _, err := parse([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestFold(t *testing.T) {
	for _, tt := range []struct{ first, indent, text, want string }{
		{"", "", "a bc  def", "a bc\ndef\n"},
		{"- ", "  ", "one two", "- one\n  two\n"},
		{"ñ ", "  ", "éé éé", "ñ éé\n  éé\n"},
		{"", "", "https://example.com/long x", "https://example.com/long\nx\n"},
		{"> ", "", "", "> \n"},
	} {
		if got := Fold(tt.first, tt.indent, tt.text, 6); got != tt.want {
			t.Errorf("Fold(%q, %q, %q) = %q, want %q", tt.first, tt.indent, tt.text, got, tt.want)
		}
	}
}
