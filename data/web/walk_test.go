package web_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"rollcheck/hashing"
	"rollcheck/hashing/voprf"
	"rollcheck/rollindex/lookup"
	"rollcheck/rollindex/lookup/lookuptest"
)

var (
	once   sync.Once
	small  *lookuptest.Operator // whole files are small: nothing to choose
	large  *lookuptest.Operator // they are not
	people = 40
)

// operators makes the two operators of the tests: forty invented Floridians in a
// leak, and the same with a filter that is large.
func operators(t testing.TB) (*lookuptest.Operator, *lookuptest.Operator) {
	t.Helper()
	once.Do(func() {
		records := lookuptest.People(t, "mail-2020", 0, people, "US-FL")
		small = lookuptest.New(t, time.Now(), records)
		for _, l := range small.Lists {
			for i := range l.Datasets {
				l.Datasets[i].Title, l.Datasets[i].AsOf, l.Datasets[i].Incident = "Posted on a forum (fictional)", "2020-09-01", "us-iran-emennet-2020"
				l.Datasets[i].Unknown, l.Datasets[i].OtherTables = []string{"pin", "shoe_size"}, []string{"users.csv"}
			}
		}
		small.Sign(t, func(*lookup.Manifest) {})
		large = enlarged(t, small, records)
	})
	return small.Copy(t), large.Copy(t)
}

// enlarged returns the operator with a filter of 400,000 tags by name and birth
// date: those of the records and others drawn at random.
func enlarged(t testing.TB, op *lookuptest.Operator, records []lookuptest.Record) *lookuptest.Operator {
	t.Helper()
	op = op.Copy(t)
	entries := hashing.NewServedEntries("mail-2020", 1)
	var tags []hashing.Tag
	for _, r := range records {
		for _, in := range r.Keys {
			if in.Type != hashing.NameDOB {
				continue
			}
			y, err := op.Keys["US-FL"].Evaluate(in.X)
			if err != nil {
				t.Fatal(err)
			}
			tag, _ := entries.Seal((*hashing.ServedOutput)(&y))
			tags = append(tags, tag)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for len(tags) < 400_000 {
		tags = append(tags, hashing.Tag(random.Uint64()))
	}
	file, err := lookup.BuildFilter(tags)
	if err != nil {
		t.Fatal(err)
	}
	sum := lookup.Hash32(sha256.Sum256(file))
	op.Files[lookup.FilterPath(sum)] = file
	l := op.Lists["US-FL"]
	for i := range l.Files {
		if l.Files[i].KeyType == hashing.NameDOB.String() {
			l.Files[i].N, l.Files[i].Bytes, l.Files[i].SHA256 = 400_000, int64(len(file)), sum
		}
	}
	for i := range l.Datasets { // or the counts could not be
		l.Datasets[i].Rows, l.Datasets[i].Indexed = 400_000, 400_000
		for kt := range l.Datasets[i].KeyRows {
			l.Datasets[i].KeyRows[kt] = 400_000
		}
	}
	for place, other := range op.Lists {
		if place != "US-FL" {
			other.Datasets = slices.Clone(l.Datasets)
		}
	}
	op.Sign(t, func(*lookup.Manifest) {})
	return op
}

// words are what a walk reads on the screens, in a language.
type words struct{ name, former, birth, zip, voter, check, way, found, notFound, open, learnsFilter, learnsBucket, next string }

var said = map[string]words{
	"index.html": {"What is your name?", "another last name", "When were you born?", "ZIP code of the home", "voter id?", "Check your answers",
		"How do you want to ask?", "You were found in a leak", "You were not found", "There is no full answer yet", "You asked by whole files",
		"You asked by a group of names. They can see that somebody asked, when, from which internet address, for which states, and the group your name is in: at least 5,1", "What to do next"},
	"es.html": {"¿Cómo se llama usted?", "otro apellido", "¿Cuándo nació usted?", "código postal de la casa", "número de votante?", "Revise sus respuestas",
		"¿Cómo quiere preguntar?", "Usted aparece en una filtración", "No se le encontró", "Todavía no hay una respuesta completa",
		"Usted preguntó con archivos completos", "Usted preguntó por un grupo de nombres", "Qué hacer ahora"},
}

// invented is who is asked for: number i of the leak's people, if i < people.
func invented(i int) (first, last, month, day, year, zip, voterID string) {
	word := string(rune('a' + i%26))
	if i >= 26 {
		word += string(rune('a' + i/26))
	}
	return "Person" + word, "Fiction" + word, fmt.Sprint(1 + i%12), fmt.Sprint(1 + i%28), fmt.Sprint(1940 + i%60), fmt.Sprint(10000 + i), fmt.Sprint(100000000 + i)
}

// answer answers the questions about person i, up to the review.
func (b *tab) answer(w words, i int, visit func(screen string)) {
	b.t.Helper()
	first, last, month, day, year, zip, voter := invented(i)
	visit("start")
	b.click("start-check")
	b.run(chromedp.WaitVisible("#state", chromedp.ByQuery))
	b.choose("state", "US-FL")
	visit("states")
	b.next(w.name)
	b.fill("first", first)
	b.fill("last", last)
	visit("name")
	b.next(w.former)
	visit("former")
	b.next(w.birth)
	b.fill("birth-month", month)
	b.fill("birth-day", day)
	b.fill("birth-year", year)
	visit("birth")
	b.next(w.zip)
	b.fill("zip", zip)
	visit("zip")
	b.next(w.voter)
	b.fill("voter_id", voter)
	visit("voter")
	b.next(w.check)
	visit("check")
}

func nothing(string) {}

// The whole walk: both ways of asking, both languages, found and not found.
func TestWalk(t *testing.T) {
	for file, w := range said {
		for _, mode := range []string{"filter", "bucket"} {
			t.Run(file+" "+mode, func(t *testing.T) {
				requests := make(map[int][]string)
				for _, i := range []int{3, people + 5} {
					_, op := operators(t)
					s := newSite(t, op)
					b := s.open(t, file)
					b.answer(w, i, nothing)
					b.next(w.way)
					b.click("way-" + mode)
					b.click("next")
					first, last, _, _, _, zip, voter := invented(i)
					switch {
					case i == 3:
						b.wait(w.found)
						b.says(w.next)
					case mode == "filter":
						b.wait(w.notFound)
					default:
						b.wait(w.open) // other spellings and the voter id were not asked
					}
					if mode == "filter" {
						b.says(w.learnsFilter)
					} else {
						b.says(w.learnsBucket)
					}
					b.clean(first, last, zip, voter)
					requests[i] = shape(s.asked())
				}
				if found, absent := requests[3], requests[people+5]; !slices.Equal(found, absent) {
					t.Errorf("found:\n%s\nnot found:\n%s", strings.Join(found, "\n"), strings.Join(absent, "\n"))
				}
				checkRequests(t, mode, requests[3])
			})
		}
	}
}

// shape returns requests without the number of a bucket.
func shape(requests []string) []string {
	requests = slices.Clone(requests)
	for i, r := range requests {
		if strings.Contains(r, "/v1/b/") {
			requests[i] = r[:strings.LastIndex(r, "/")]
		}
	}
	return requests
}

// checkRequests holds the requests against section 8 of PROTOCOL.md: the key and
// the manifest, a list for each jurisdiction, in filter mode every filter, in
// bucket mode one bucket for each jurisdiction, and evaluations.
func checkRequests(t *testing.T, mode string, requests []string) {
	t.Helper()
	count := make(map[string]int)
	for _, r := range requests {
		for _, p := range []string{"GET /v1/key", "GET /v1/manifest", "GET /v1/l/", "GET /v1/f/", "GET /v1/b/", "POST /v1/evaluate"} {
			if strings.HasPrefix(r, p) {
				count[p]++
				delete(count, "")
			}
		}
	}
	total := 0
	for _, n := range count {
		total += n
	}
	if total != len(requests) {
		t.Errorf("requests that the protocol does not know: %q", requests)
	}
	if count["GET /v1/key"] != 1 || count["GET /v1/manifest"] != 1 || count["GET /v1/l/"] < 1 || count["POST /v1/evaluate"] == 0 {
		t.Errorf("requests: %v", count)
	}
	if mode == "filter" && (count["GET /v1/f/"] != 3 || count["GET /v1/b/"] != 0) || mode == "bucket" && (count["GET /v1/f/"] != 0 || count["GET /v1/b/"] < 1) {
		t.Errorf("requests in %s mode: %v", mode, count)
	}
}

// Small files leave nothing to choose; the answer of the page is that of the
// details, and the language is changed in the middle without losing them.
func TestSmallAndLanguage(t *testing.T) {
	op, _ := operators(t)
	s := newSite(t, op)
	b := s.open(t, "index.html")
	b.answer(said["index.html"], 7, nothing)
	b.click("language")
	b.wait(said["es.html"].check)
	b.says("Personh", "Fictionh", "Florida")
	b.next(said["es.html"].way)
	b.says("No hay nada que elegir")
	b.click("next")
	b.wait(said["es.html"].found)
	b.says("Público si usted lo dio", "solo si usted lo dio a la oficina electoral, cosa que la mayoría de los votantes no hace; si no lo dio,", "correo electrónico")
	b.click("language")
	b.wait(said["index.html"].found)
	b.says("Public if you gave it", "Public only if you gave it to the election office, which most voters do not; otherwise this goes beyond the public voter list of Florida at that time: e-mail address.")
	b.says("Almost certainly you", "Data of September 1, 2020", "Public anyway", "Anybody could have had this", "How sure",
		"Not known", "The file has 2 more columns of unknown content: pin and shoe_size. Whether your record",
		"Not read", "The file has 1 more part with rows that was not read: users.csv. Whether you are in there")
	n := len(s.asked())
	b.click("language")
	b.wait(said["es.html"].found)
	if len(s.asked()) != n {
		t.Error("changing the language asks again")
	}
	b.click("again")
	b.wait("¿Está usted")
	b.click("start-check")
	b.run(chromedp.WaitVisible("#state", chromedp.ByQuery))
	if got := b.eval(`document.getElementById("state").value`); got != "" {
		t.Errorf("after starting again the state is still %q", got)
	}
	b.clean()
}

// A server that does something else than it published is found out, and then there
// is no answer.
func TestRefused(t *testing.T) {
	w := said["index.html"]
	for name, tt := range map[string]struct {
		spoil func(s *site)
		mode  string
		says  string
	}{
		"another key evaluates": {func(s *site) {
			s.op.Tamper = func(_ uint16, evaluated *lookup.Elements, _ *[voprf.ProofSize]byte) {
				evaluated[0], evaluated[1] = evaluated[1], evaluated[0]
			}
		}, "filter", "answers under another key"},
		"an altered filter": {func(s *site) {
			for path, file := range s.op.Files {
				if strings.HasPrefix(path, "/v1/f/") {
					file[len(file)-1] ^= 1
				}
			}
		}, "filter", "A file is not the one that was published"},
		"an altered bucket": {func(s *site) {
			for path, file := range s.op.Files {
				if strings.HasPrefix(path, "/v1/b/") {
					file[20] ^= 1
				}
			}
		}, "bucket", "The group of names is not the one"},
		"a budget used up": {func(s *site) { s.op.Budget = 0 }, "filter", "There is no full answer yet"},
		"the server goes away": {func(s *site) {
			s.odd = func(w http.ResponseWriter, r *http.Request) bool {
				if strings.HasPrefix(r.URL.Path, "/v1/") {
					panic(http.ErrAbortHandler)
				}
				return false
			}
		}, "filter", "The site cannot be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			_, op := operators(t)
			s := newSite(t, op)
			b := s.open(t, "index.html")
			b.answer(w, 3, nothing)
			b.next(w.way)
			s.do(func() { tt.spoil(s) })
			b.click("way-" + tt.mode)
			b.click("next")
			if name == "a budget used up" {
				b.wait(tt.says)
				b.says("answers no more questions", "Ask again after")
				if got := b.eval(`document.getElementById("verdict").nextElementSibling.id`); got != "retry" {
					t.Errorf("behind the verdict comes %q, and not when to ask again", got)
				}
				return
			}
			b.wait("There is no answer")
			b.says(tt.says, "That is no \"not found\"")
		})
	}
}

// A manifest signed with another key than the one the visit began with is refused.
func TestKeyChanges(t *testing.T) {
	w := said["index.html"]
	_, op := operators(t)
	s := newSite(t, op)
	b := s.open(t, "index.html")
	b.answer(w, 3, nothing)
	b.next(w.way)
	b.says(op.Trusted.Fingerprint())
	other := op.Copy(t)
	other.Signer, other.Trusted = lookuptest.NewSigner(t, "somebody else")
	other.Sign(t, func(m *lookup.Manifest) { m.Seq++ })
	s.do(func() { s.op = other })
	b.run(chromedp.Click(".back button", chromedp.ByQuery))
	b.wait(w.check)
	b.next("There is no answer")
	b.says("not signed with the key it showed before")
}

// A file that is not byte for byte the one the page was built with is not run: a
// program, be it the same when unpacked, the worker's script, and Go's own that it
// needs.
func TestAlteredProgram(t *testing.T) {
	repacked := func(packed []byte) []byte {
		in, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		var other bytes.Buffer
		out, err := gzip.NewWriterLevel(&other, gzip.BestSpeed)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(out, in); err != nil {
			t.Fatal(err)
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
		return other.Bytes()
	}
	remarked := func(script []byte) []byte { return append(slices.Clone(script), "// and more\n"...) }
	for file, alter := range map[string]func([]byte) []byte{"ask.wasm.packed": repacked, "worker.js": remarked, "wasm_exec.js": remarked} {
		t.Run(file, func(t *testing.T) {
			op, _ := operators(t)
			s := newSite(t, op)
			content, err := os.ReadFile(filepath.Join(built, file))
			if err != nil {
				t.Fatal(err)
			}
			other := alter(content)
			s.odd = func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path != "/"+file {
					return false
				}
				w.Header().Set("Content-Security-Policy", policy)
				w.Write(other)
				return true
			}
			b := s.open(t, "index.html")
			b.answer(said["index.html"], 3, nothing)
			b.click("next")
			b.wait("There is no answer")
			b.says("could not be loaded, or is not the one")
			if asked := s.asked(); len(asked) > 0 {
				t.Errorf("the operator is asked: %q", asked)
			}
			s.do(func() { s.odd = nil }) // what went wrong once can be tried again
			b.run(chromedp.Click(".back button", chromedp.ByQuery))
			b.wait(said["index.html"].check)
			b.next(said["index.html"].way)
		})
	}
}

// The policy allows no worker but one that the page makes of what it compared with its
// hash.
func TestWorkerOfAFile(t *testing.T) {
	op, _ := operators(t)
	b := newSite(t, op).open(t, "index.html")
	var started string
	b.run(chromedp.Evaluate(`new Promise((resolve) => {
		try {
			const worker = new Worker("worker.js");
			worker.onerror = () => resolve("refused");
			setTimeout(() => resolve("started"), 2000);
		} catch (error) { resolve("refused"); }
	})`, &started, awaited))
	if started != "refused" {
		t.Errorf("a worker of a file: %s", started)
	}
}

// Answers that cannot be used are said at the top, linked to their fields.
func TestErrors(t *testing.T) {
	op, _ := operators(t)
	b := newSite(t, op).open(t, "index.html")
	b.click("start-check")
	b.run(chromedp.WaitVisible("#state", chromedp.ByQuery))
	b.click("next")
	b.run(chromedp.WaitVisible("#summary", chromedp.ByQuery))
	b.says("There is a problem")
	if got := b.eval(`document.activeElement.id + " " + document.title`); !strings.HasPrefix(got, "summary Error: ") {
		t.Errorf("the focus is on %s", got)
	}
	b.run(chromedp.Click("#summary a", chromedp.ByQuery))
	if got := b.eval(`document.activeElement.id + location.hash`); got != "state" {
		t.Errorf("the link of the summary leads to %s", got)
	}
	b.choose("state", "US-FL")
	b.next("What is your name?")
	b.fill("first", "Ana")
	b.fill("last", "Example")
	b.next("another last name")
	b.next("When were you born?")
	b.fill("birth-month", "2")
	b.fill("birth-day", "30")
	b.fill("birth-year", "1980")
	b.click("next")
	b.run(chromedp.WaitVisible("#summary", chromedp.ByQuery))
	b.says("Enter a real date")
	for _, id := range []string{"birth-month", "birth-day", "birth-year"} {
		b.fill(id, "")
	}
	b.next("ZIP code of the home")
	b.fill("zip", "123")
	b.click("next")
	b.run(chromedp.WaitVisible("#summary", chromedp.ByQuery))
	b.fill("zip", "")
	b.next("voter id?")
	b.next("Check your answers")
	b.click("next")
	b.run(chromedp.WaitVisible("#summary", chromedp.ByQuery))
	b.says("not enough to search by")
	b.clean("Example")
}

// The claim of a message is judged without any request.
func TestClaim(t *testing.T) {
	en := [...]string{"When did you get the message?", "What did the message quote", "What did it only say"}
	es := [...]string{"¿Cuándo recibió el mensaje?", "¿Qué citó de usted", "¿Qué dijo solamente"}
	plain, mail := []string{"name", "party", "address"}, []string{"name", "email"}
	for _, tt := range []struct {
		file                string
		screens             [3]string
		quoted              []string
		verdict, look, says string
	}{
		{"index.html", en, plain, "Explained by the public record", "clear", "Nobody can look up how you voted"},
		{"es.html", es, plain, "Se explica por el registro público", "clear", "Nadie puede averiguar cómo votó"},
		{"index.html", en, mail, "Explained by the public record in part", "open", "On the public record only if you gave it to the election office."},
		{"es.html", es, mail, "Se explica en parte por el registro público", "open", "En el registro público solo si usted lo dio a la oficina electoral."},
	} {
		file := tt.file
		op, _ := operators(t)
		s := newSite(t, op)
		b := s.open(t, file)
		b.click("start-claim")
		b.run(chromedp.WaitVisible("#state", chromedp.ByQuery))
		b.choose("state", "US-FL")
		b.next(tt.screens[0])
		b.fill("when-year", "2020")
		b.fill("when-month", "10")
		b.fill("when-day", "20")
		b.next(tt.screens[1])
		for _, kind := range tt.quoted {
			b.click("quoted-" + kind)
		}
		b.picture("claim-quoted-" + file)
		b.next(tt.screens[2])
		b.click("boasted-vote")
		b.next(tt.verdict)
		b.says(tt.says)
		if look := b.eval(`document.querySelector(".verdict").className`); look != "verdict "+tt.look {
			t.Errorf("%s, %q: the verdict looks like %q, want %s", file, tt.quoted, look, tt.look)
		}
		b.picture("claim-" + file)
		if asked := s.asked(); len(asked) > 0 {
			t.Errorf("judging a claim asks the operator: %q", asked)
		}
		b.clean()
	}
}

// Everything can be done by keyboard alone.
func TestKeyboard(t *testing.T) {
	op, _ := operators(t)
	b := newSite(t, op).open(t, "index.html")
	// tab goes on until an element has the focus.
	to := func(id string) {
		t.Helper()
		for range 40 {
			b.run(chromedp.KeyEvent(kb.Tab))
			if b.eval(`document.activeElement.id`) == id {
				return
			}
		}
		t.Fatalf("the tab key does not lead to %s", id)
	}
	press := func(keys string) { b.run(chromedp.KeyEvent(keys)) }
	to("start-check")
	press(kb.Enter)
	b.wait("Where are or were you registered")
	to("state")
	press("Florida")
	to("next")
	press(kb.Enter)
	b.wait("What is your name?")
	to("first")
	press("Persond")
	to("last")
	press("Fictiond")
	press(kb.Enter) // goes on from a field
	b.wait("another last name")
	to("next")
	press(" ")
	b.wait("When were you born?")
	for _, v := range [][2]string{{"birth-month", "4"}, {"birth-day", "4"}, {"birth-year", "1943"}} {
		to(v[0])
		press(v[1])
	}
	press(kb.Enter)
	b.wait("ZIP code of the home")
	to("next")
	press(kb.Enter)
	b.wait("voter id?")
	to("next")
	press(kb.Enter)
	b.wait("Check your answers")
	to("next")
	press(kb.Enter)
	b.wait("How do you want to ask?")
	to("next")
	press(kb.Enter)
	b.wait("You were found")
	if got := b.eval(`document.activeElement.id`); got != "verdict" {
		t.Errorf("the focus is on %q, not on the answer", got)
	}
}

// At 320 px nothing has to be scrolled sideways, on any screen.
func TestNarrow(t *testing.T) {
	_, op := operators(t)
	b := newSite(t, op).open(t, "es.html", emulation.SetDeviceMetricsOverride(320, 640, 1, true))
	fits := func(screen string) {
		t.Helper()
		if got := b.eval(`document.documentElement.scrollWidth + " " + [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > 321 && !e.closest(".scroll") && !e.closest(".unseen") && !e.classList.contains("unseen")).map(e => e.outerHTML.slice(0, 80))`); got != "320 " {
			t.Errorf("%s is wider than the window: %s", screen, got)
		}
		b.picture("narrow-" + screen)
	}
	w := said["es.html"]
	b.answer(w, 3, fits)
	b.next(w.way)
	fits("way")
	b.click("way-bucket")
	b.click("next")
	b.wait(w.found)
	b.run(chromedp.Evaluate(`document.querySelectorAll("details").forEach(d => d.open = true)`, nil))
	fits("answer")
}

// Without JavaScript the page says why it asks nothing, and what to use instead.
func TestWithoutScript(t *testing.T) {
	op, _ := operators(t)
	s := newSite(t, op)
	b := s.open(t, "index.html", emulation.SetScriptExecutionDisabled(true))
	var text string
	b.run(chromedp.Text("main", &text))
	for _, want := range []string{"This page needs JavaScript", "rollcheck check --server", "rollcheck claim"} {
		if !strings.Contains(text, want) {
			t.Errorf("without JavaScript the page does not say %q: %s", want, text)
		}
	}
	if strings.Contains(text, "Check whether I am in a leak") {
		t.Error("without JavaScript there is a button that does nothing")
	}
	b.picture("noscript")
}

// The answer is printed in black on white, without what cannot be pressed on paper.
func TestPrint(t *testing.T) {
	w := said["index.html"]
	op, _ := operators(t)
	b := newSite(t, op).open(t, "index.html", emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}))
	b.answer(w, 3, nothing)
	b.next(w.way)
	b.click("next")
	b.wait(w.found)
	pdf := b.printed()
	if *shots != "" {
		b.write("print.pdf", pdf)
	}
	b.run(emulation.SetEmulatedMedia().WithMedia("print"))
	got := b.eval(`getComputedStyle(document.body).color + " " + getComputedStyle(document.getElementById("print")).display`)
	if !strings.HasPrefix(got, "rgb(0, 0, 0)") || !strings.HasSuffix(got, "none") {
		t.Errorf("printed with %s", got)
	}
}

// The policy is in the page too, every script and style has its hash, and nothing
// stands in the HTML.
func TestSources(t *testing.T) {
	op, _ := operators(t)
	b := newSite(t, op).open(t, "index.html")
	got := b.eval(`JSON.stringify([
		[...document.scripts].every((s) => s.src && s.integrity && !s.textContent), [...document.querySelectorAll("link[rel=stylesheet]")].every((l) => l.integrity),
		document.querySelectorAll("style, [style], iframe, form").length, [...document.querySelectorAll("*")].flatMap((e) => e.getAttributeNames()).filter((n) => n.startsWith("on")).length,
		document.querySelector("meta[http-equiv]").content.includes("default-src 'none'")])`)
	if got != "[true,true,0,0,true]" {
		t.Errorf("sources: %s", got)
	}
	var v []any
	if err := json.Unmarshal([]byte(got), &v); err != nil {
		t.Fatal(err)
	}
	b.clean()
}
