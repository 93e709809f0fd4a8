//go:build linux

package main

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/internal/racetest"
	"rollcheck/rollindex/voterfile"
)

// Nothing that a roll or a person says is ever written to disk or printed:
// rolls of unusual values, and people and broken files made of them, are put
// through every command, whole runs and killed ones, and every byte that is
// left anywhere, or stood in a file the program had open, is searched for them.
func TestNoPlaintextAtRest(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	// A core dump would hold the memory, and is the system's doing.
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_CORE, &limit); err != nil || limit.Cur != 0 {
		limit.Cur = 0
		if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &limit); err != nil {
			t.Fatal(err)
		}
	}
	s := newIndex(t)
	h := &hunt{site: s, traces: newTraces()}
	people := h.plant()
	rolls := []struct {
		dataset, layout string
		rows            int
	}{
		{"fl", "fl-extract", scale(50_000, 60_000, 200_000)},
		{"nc", "nc-ncvoter-2022", scale(2_000, 20_000, 60_000)},
		{"wa", "wa-vrdb-2023", scale(2_000, 10_000, 30_000)},
	}
	for _, r := range rolls {
		path := s.file(r.dataset+".txt", canaryRoll(t, r.layout, r.rows))
		h.canonical(path)
		args := []string{"ingest", "--json", "--dataset", r.dataset, "--memory", "16MiB", "--jobs", "2", path}
		for kill := range scale(2, 4, 10) {
			h.watch(s.start(args...), 1+2*kill)
			s.run("datasets", "remove", r.dataset) // if the kill came after the commit
		}
		done := s.ingested(h.watch(s.start(args...), -1).want(0))
		if done.Dataset.Indexed != int64(r.rows) {
			t.Fatalf("%s: %d of %d rows were indexed: %v", r.layout, done.Dataset.Indexed, r.rows, done.Dataset.Skipped)
		}
	}
	if h.spills == 0 || h.looks < 10 {
		t.Errorf("%d looks at open files, of which %d were spill files: the test does not see what it should", h.looks, h.spills)
	}
	h.ask(people)
	h.breakFiles(rolls[0].dataset + ".txt")
	h.optOut(people)
	for _, args := range [][]string{
		{"verify"}, {"verify", "--json"}, {"datasets"}, {"datasets", "--json"}, {"datasets", "show", "fl"},
		{"datasets", "show", "nc", "--json"}, {"layouts", "detect", s.path("fl.txt")}, {"layouts", "detect", "--json", s.path("nc.txt")},
	} {
		h.talk("", args...).want(0)
	}
	h.left()
}

// Nor is anything of a person in what comparisons print, write and spill.
func TestNoPlaintextOfComparisons(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	s := newSite(t)
	h := &hunt{site: s, traces: newTraces()}
	h.plant()
	fl := s.file("fl.txt", canaryRoll(t, "fl-extract", scale(30_000, 40_000, 100_000)))
	nc := s.file("nc.txt", canaryRoll(t, "nc-ncvoter-2022", 2_000))
	old := s.file("old.txt", canaryRoll(t, "fl-extract", 4_000))
	for _, path := range []string{fl, nc} {
		h.canonical(path)
	}
	outs := func(name string) []string {
		out := filepath.Join(s.dir, "home", name)
		return []string{"--html", out + ".html", "--csv", out + ".csv", "--memory", "16MiB", "--jobs", "2"}
	}
	// One file four times is what takes the most room.
	compare := append([]string{"compare", "2020-09-01=" + fl, fl, nc, old, fl, fl}, outs("compare")...)
	h.watch(s.start(append(compare, "--json")...), 3)
	h.watch(s.start(append(compare, "--json")...), -1).want(0)
	if h.spills == 0 {
		t.Error("no spill file was seen: the test does not see what it should")
	}
	h.talk("", compare...).want(0)
	date := append([]string{"date", old, "2020-09-01=" + fl}, outs("date")...)
	for _, format := range [][]string{nil, {"--json"}} {
		h.watch(s.start(append(format, date...)...), -1)
	}
	// Of releases, codes and statuses that a hundred rows share are shown, as all rows
	// share the canary of codes here.
	whole, err := os.ReadFile(fl)
	s.check(err)
	whole = bytes.ReplaceAll(whole, []byte(canaryCode), []byte("ACT"))
	half := bytes.IndexByte(whole[len(whole)/2:], '\n') + len(whole)/2 + 1
	diff := append([]string{"diff", s.file("part.txt", whole[:half]), "2020-09-01=" + s.file("whole.txt", whole)}, outs("diff")...)
	h.watch(s.start(append(diff, "--json")...), 3)
	for _, format := range [][]string{nil, {"--json"}} {
		h.watch(s.start(append(format, diff...)...), -1).want(1)
	}
	words := s.file("words", []byte("alder brisk cobalt dune ember fjord\n"))
	card := []string{"--card-passphrase-file", words}
	for _, path := range []string{fl, nc} {
		h.watch(s.start(append([]string{"compare", "--card", path + ".card", path}, card...)...), -1).want(0)
	}
	h.talk("", append([]string{"compare", fl + ".card", nc + ".card", "--html", filepath.Join(s.dir, "home", "cards.html")}, card...)...)
	// A sheet is what alone holds rows. It is written where nothing is searched, not even
	// while it is open.
	sheet := s.path("sheet.csv")
	drawn := []string{"compare", "--sheet", sheet, "--sheet-key", filepath.Join(s.dir, "home", "sheet.key"), "--memory", "16MiB"}
	h.watch(s.start(append(drawn, fl, old)...), -1).want(0)
	h.talk("", "compare", "--sheet", sheet+"2", "--sheet-key", filepath.Join(s.dir, "home", "sheet2.key"), "--json", nc).want(0)
	h.talk("", "compare", "--score", sheet, "--sheet-key", filepath.Join(s.dir, "home", "sheet.key")).want(2)
	rows, err := os.ReadFile(sheet)
	h.check(err)
	if len(h.traces.find(rows)) == 0 {
		t.Error("the sheet holds nobody: the test does not see what it should")
	}
	h.score(sheet, rows)
	for _, name := range []string{"compare.html", "compare.csv", "date.html", "date.csv"} {
		if content, err := os.ReadFile(filepath.Join(s.dir, "home", name)); err != nil || len(content) < 100 {
			t.Errorf("%s: %d bytes, %v", name, len(content), err)
		}
	}
	h.left()
}

// score gives answers to score that have canaries in them.
func (h *hunt) score(sheet string, rows []byte) {
	h.t.Helper()
	key := filepath.Join(h.dir, "home", "sheet.key")
	for i, from := range []string{",,,\n", "number,", "-", "\n"} {
		bad := fmt.Sprintf("%s.%d", sheet, i)
		h.check(os.WriteFile(bad, bytes.ReplaceAll(rows, []byte(from), []byte(from+canaryLast+",")), 0o600))
		h.talk("", "compare", "--score", bad, "--sheet-key", key).want(2)
	}
	h.talk("", "compare", "--score", sheet, "--sheet-key", sheet).want(2)
}

// The search of the tests above finds what it is to find.
func TestTracesAreFound(t *testing.T) {
	t.Parallel()
	ts := newTraces()
	ts.add("the value", "Quzvyxkwñé")
	ts.addHashes("the value", "Quzvyxkwñé")
	md5Sum, sha := md5.Sum([]byte("Quzvyxkwñé")), sha256.Sum256([]byte("QUZVYXKWÑÉ"))
	utf16le := []byte{}
	for _, u := range utf16.Encode([]rune("quzvyxkwñé")) {
		utf16le = binary.LittleEndian.AppendUint16(utf16le, u)
	}
	for what, text := range map[string]string{
		"as it is":     "Quzvyxkwñé",
		"upper case":   "QUZVYXKWÑÉ",
		"lower case":   "quzvyxkwñé",
		"windows-1252": "Quzvyxkw\xf1\xe9",
		"UTF-16":       string(utf16le),
		"MD5":          string(md5Sum[:]),
		"MD5, hex":     hex.EncodeToString(md5Sum[:]),
		"SHA-256, HEX": strings.ToUpper(hex.EncodeToString(sha[:])),
		"base64":       base64.StdEncoding.EncodeToString(sha[:]),
		"cut":          string(sha[:8]),
	} {
		if len(ts.find([]byte("\x00some bytes before\x00"+text+"and after\xff"))) == 0 {
			t.Errorf("%s: not found", what)
		}
		if found := ts.find([]byte("some bytes before" + text[:5] + "and after")); len(found) > 0 {
			t.Errorf("%s: found in what it is not in: %q", what, found)
		}
	}
}

// traces are byte strings to search for. ASCII letters count in either case,
// also in strings that are no text: no more is found by chance for that.
type traces struct {
	pairs [1 << 16]bool        // the first two bytes of any
	by    map[[4]byte][]string // by the first four bytes
	what  map[string]string    // what each is
}

func newTraces() *traces { return &traces{by: map[[4]byte][]string{}, what: map[string]string{}} }

// leastTrace is the length from which no trace is met by chance.
const leastTrace = 7

func (ts *traces) addBytes(what string, b []byte) {
	b = fold(b)
	if len(b) < leastTrace || ts.what[string(b)] != "" {
		return
	}
	ts.what[string(b)] = what
	ts.pairs[binary.BigEndian.Uint16(b)] = true
	ts.by[[4]byte(b)] = append(ts.by[[4]byte(b)], string(b))
}

// add adds a text in either case and in each encoding.
func (ts *traces) add(what, text string) {
	for _, text := range []string{text, strings.ToUpper(text), strings.ToLower(text)} {
		ts.addBytes(what, []byte(text))
		if b, err := charmap.Windows1252.NewEncoder().Bytes([]byte(text)); err == nil {
			ts.addBytes(what+", windows-1252", b)
		}
		var little, big []byte
		for _, u := range utf16.Encode([]rune(text)) {
			little, big = binary.LittleEndian.AppendUint16(little, u), binary.BigEndian.AppendUint16(big, u)
		}
		ts.addBytes(what+", UTF-16LE", little)
		ts.addBytes(what+", UTF-16BE", big)
	}
}

// addHashes adds the hashes of a text that need no key, cut to eight bytes, as
// bytes, in hex and in base64.
func (ts *traces) addHashes(what, text string) {
	for _, text := range []string{text, strings.ToUpper(text), strings.ToLower(text)} {
		m, s1, s2 := md5.Sum([]byte(text)), sha1.Sum([]byte(text)), sha256.Sum256([]byte(text))
		for name, sum := range map[string][]byte{"MD5": m[:], "SHA-1": s1[:], "SHA-256": s2[:]} {
			ts.addBytes(name+" of "+what, sum[:8])
			ts.addBytes(name+" of "+what+", hex", []byte(hex.EncodeToString(sum[:8])))
			ts.addBytes(name+" of "+what+", base64", []byte(base64.StdEncoding.EncodeToString(sum[:9])[:11]))
		}
	}
}

// find returns what of the traces is in the content.
//
//go:norace
func (ts *traces) find(content []byte) (found []string) {
	content = fold(content)
	for i := 0; i+leastTrace <= len(content); i++ {
		if !ts.pairs[uint16(content[i])<<8|uint16(content[i+1])] {
			continue
		}
		for _, trace := range ts.by[[4]byte(content[i:])] {
			if len(content)-i >= len(trace) && string(content[i:i+len(trace)]) == trace && !slices.Contains(found, ts.what[trace]) {
				found = append(found, ts.what[trace])
			}
		}
	}
	return found
}

// fold returns a copy with ASCII letters in upper case.
//
//go:norace
func fold(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		if c-'a' < 26 {
			c -= 'a' - 'A'
		}
		out[i] = c
	}
	return out
}

// The parts of canaries, which are in every row, alone or with something behind.
const (
	canaryLast   = "Quzvyxkw"
	canaryFirst  = "Zwqorvjx"
	canaryMiddle = "Jxqwykvu"
	canaryStreet = "Vqzexwylqu"
	canaryMail   = "Kqvjexwyzu"
	canaryCity   = "Wqxzburghq"
	canaryEmail  = "zqwxv.jkqy"
	canaryCode   = "Zxqpartyvy" // party, race, status and other codes
	canaryVoter  = "7391846"
	canarySSN    = "731-58-0142"
	canaryID     = "D773-104-92-666"
)

// canaryName returns the name of person i: different for each, and for some
// with letters that the encodings write differently.
func canaryName(part string, i int) string {
	marks := []string{"", "", "ñé", "ÿÖ"}[i%4]
	n := []byte{'a' + byte(i/26/26/26%26), 'a' + byte(i/26/26%26), 'a' + byte(i/26%26), 'a' + byte(i%26)}
	return part + marks + string(n)
}

// canaryBirth returns the birth date of person i. Every twentieth has the one
// that is searched for.
func canaryBirth(i int) time.Time {
	if i%20 == 0 {
		return time.Date(1931, 7, 19, 0, 0, 0, 0, time.UTC)
	}
	return time.Date(1950, 2, 2, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i%10_000)
}

func canaryPhone(i int) string { return fmt.Sprintf("85055501%02d", i%100) }

// canaryValue returns what person i has in a column.
func canaryValue(c *layouts.Column, i int) string {
	switch c.Role {
	case field.NameLast:
		return canaryName(canaryLast, i)
	case field.NameFirst:
		return canaryName(canaryFirst, i)
	case field.NameMiddle:
		return canaryName(canaryMiddle, i)
	case field.HouseNumber:
		return strconv.Itoa(10_000 + i%80_000)
	case field.StreetName:
		return canaryName(canaryStreet, i)
	case field.AddressLine:
		return fmt.Sprintf("%d %s Road", 10_000+i%80_000, canaryName(canaryStreet, i))
	case field.MailAddressLine:
		return canaryName(canaryMail, i) + " Box 7"
	case field.City, field.MailCity, field.RoleBirthPlace:
		return canaryCity
	case field.ZIP5, field.MailZIP:
		return "32301-7193"
	case field.ZIP4:
		return "7193"
	case field.RoleBirthDate:
		layout := map[string]string{"MM/DD/YYYY": "01/02/2006", "YYYYMMDD": "20060102", "YYYY-MM-DD": "2006-01-02"}[c.Format]
		return canaryBirth(i).Format(layout)
	case field.RoleBirthYear:
		return strconv.Itoa(canaryBirth(i).Year())
	case field.PhoneArea:
		return "850"
	case field.RolePhone:
		return canaryPhone(i)
	case field.RoleEmail:
		return fmt.Sprintf("%s%d@example.org", canaryEmail, i)
	case field.RoleVoterID:
		return fmt.Sprintf("%s%05d", canaryVoter, i)
	case field.RoleSSN, field.RoleSSNLast4:
		return canarySSN
	case field.RoleDriverLicense, field.RoleNationalID:
		return canaryID
	case field.RoleParty, field.RoleRace, field.RoleSex, field.RoleStatus, field.StatusReason, field.RolePrecinct, field.CountyID:
		return canaryCode
	}
	if c.KindName != "" {
		return canaryCode
	}
	return ""
}

// canaryRoll returns a roll whose every row has canaries in every column that
// says something of a person, and columns that only a leak has. Every other row
// that is not ASCII is windows-1252, the others UTF-8.
func canaryRoll(t testing.TB, layout string, rows int) []byte {
	t.Helper()
	l, err := layouts.Get(layout)
	if err != nil {
		t.Fatal(err)
	}
	columns := slices.Clone(l.Columns)
	hasPhoneArea := slices.ContainsFunc(columns, func(c layouts.Column) bool { return c.Role == field.PhoneArea })
	for _, role := range []field.Role{field.RolePhone, field.RoleEmail, field.RoleSSNLast4, field.RoleDriverLicense} {
		if !slices.ContainsFunc(columns, func(c layouts.Column) bool { return c.Role == role }) {
			columns = append(columns, layouts.Column{Name: role.String(), Role: role})
		}
	}
	var roll bytes.Buffer
	line := func(values []string, windows bool) {
		for j, v := range values {
			values[j] = l.Quote + v + l.Quote
		}
		text := strings.Join(values, l.Delimiter) + "\n"
		if windows {
			if text, err = charmap.Windows1252.NewEncoder().String(text); err != nil {
				t.Fatal(err)
			}
		}
		roll.WriteString(text)
	}
	values := make([]string, len(columns))
	for j := range columns {
		values[j] = columns[j].Name
	}
	line(values, false)
	for i := range rows {
		for j := range columns {
			values[j] = canaryValue(&columns[j], i)
			if columns[j].Role == field.RolePhone && hasPhoneArea {
				values[j] = values[j][3:]
			}
		}
		line(values, i/4%2 == 0)
	}
	return roll.Bytes()
}

// hunt runs the program among canaries and searches what it leaves.
type hunt struct {
	*site
	traces *traces
	looks  int // at open files
	spills int // of them at a spill file
}

// plant notes the canaries to search for, and writes a file of people made of
// them, half of whom are in the rolls.
func (h *hunt) plant() (people string) {
	for _, part := range []string{canaryLast, canaryFirst, canaryMiddle, canaryStreet, canaryMail, canaryCity, canaryEmail, canaryCode, canaryVoter, canarySSN, canaryID} {
		h.traces.add(part, part)
		h.traces.addHashes(part, part)
	}
	h.traces.add("ZIP code", "32301-7193")
	h.traces.add("ZIP code", "323017193")
	for i := range 100 {
		h.traces.add("phone number", canaryPhone(i)[3:])
	}
	for _, layout := range []string{"2006-01-02", "01/02/2006", "20060102"} {
		h.traces.add("birth date", canaryBirth(0).Format(layout))
		h.traces.addHashes("birth date", canaryBirth(0).Format(layout))
	}
	var lines bytes.Buffer
	for i := range 40 {
		p := map[string]any{
			"last": canaryName(canaryLast, i), "first": canaryName(canaryFirst, i), "middle": canaryName(canaryMiddle, i),
			"birth_date": canaryBirth(i).Format(time.DateOnly), "zip": "32301", "phone": canaryPhone(i), "state": "FL", "city": canaryCity,
			"address": fmt.Sprintf("%d %s Road", 10_000+i%80_000, canaryName(canaryStreet, i)), "email": fmt.Sprintf("%s%d@example.org", canaryEmail, i),
			"voter_id": fmt.Sprintf("%s%05d", canaryVoter, i), "former_last": []string{canaryName(canaryMail, i)},
		}
		if i >= 20 {
			p["last"] = canaryName(canaryMiddle, i)
		}
		for name, value := range p {
			if text, ok := value.(string); ok && len(text) >= leastTrace {
				h.traces.add(name, text)
				h.traces.addHashes(name, text)
			}
		}
		name := p["first"].(string) + " " + p["last"].(string)
		h.traces.addHashes("full name", name)
		h.traces.addHashes("full name and birth date", name+" "+p["birth_date"].(string))
		h.check(json.NewEncoder(&lines).Encode(p))
	}
	return h.file("people.jsonl", lines.Bytes())
}

// canonical notes the canonical form of a roll's first rows and last ones, and
// what is hashed of them, as they are and hashed without a key.
func (h *hunt) canonical(path string) {
	src, err := voterfile.Open(h.t.Context(), []string{path}, voterfile.Options{})
	h.check(err)
	defer src.Close()
	parser := src.NewParser()
	for rows := 0; ; {
		chunk, err := src.Next(nil)
		if err == io.EOF {
			return
		}
		h.check(err)
		parser.Reset(chunk)
		for rec, ok := parser.Next(); ok; rec, ok = parser.Next() {
			if rows++; rows > 24 && rows%5_000 != 0 {
				continue
			}
			for _, value := range [][]byte{rec.Last, rec.First, rec.Street, rec.Email, rec.VoterID, rec.Phone} {
				h.traces.add("canonical "+string(value), string(value))
				h.traces.addHashes("canonical "+string(value), string(value))
			}
			for _, typ := range hashing.KeyTypes() {
				if x, ok := rec.AppendKey(nil, typ); ok {
					h.traces.addBytes("input of "+typ.String(), x)
					h.traces.addHashes("input of "+typ.String(), string(x))
				}
			}
		}
	}
}

// search fails the test if any trace is in the content.
func (h *hunt) search(where string, content []byte) {
	h.t.Helper()
	if found := h.traces.find(content); len(found) > 0 {
		h.t.Errorf("%s holds %d of the canaries: %.300q", where, len(found), found)
	}
}

// talk runs the program in a process and searches what it says.
func (h *hunt) talk(stdin string, args ...string) result {
	h.t.Helper()
	p := h.command(args...)
	p.Stdin = strings.NewReader(stdin)
	return h.heard(p.begin().end())
}

func (h *hunt) heard(r result) result {
	h.t.Helper()
	h.search(fmt.Sprintf("standard output of %q", r.args), []byte(r.stdout))
	h.search(fmt.Sprintf("standard error of %q", r.args), []byte(r.stderr))
	return r
}

// watch stops the process now and then to search the files it has open, among
// which are those without a name, and kills it at the look of that number.
func (h *hunt) watch(p *process, kill int) result {
	h.t.Helper()
	pause := 20 * time.Millisecond
	for looks := 0; p.running(pause); looks++ {
		begun := time.Now()
		// A signal may come too late, which running will tell.
		p.Process.Signal(syscall.SIGSTOP)
		h.look(p)
		if looks == kill {
			p.Process.Kill()
			break
		}
		p.Process.Signal(syscall.SIGCONT)
		pause = max(pause, 2*time.Since(begun))
	}
	r := h.heard(p.end())
	h.left()
	return r
}

// look searches the open files of a stopped process, its command line and its
// environment. What it has to read is left out.
func (h *hunt) look(p *process) {
	h.t.Helper()
	h.looks++
	proc := fmt.Sprintf("/proc/%d", p.Process.Pid)
	for range 1000 {
		if stat, err := os.ReadFile(proc + "/stat"); err != nil || strings.Contains(string(stat), ") T ") {
			break
		}
		time.Sleep(time.Millisecond)
	}
	for _, name := range []string{"cmdline", "environ"} {
		content, _ := os.ReadFile(filepath.Join(proc, name))
		h.search(name+" of the process", content)
	}
	files, _ := os.ReadDir(filepath.Join(proc, "fd"))
	for _, f := range files {
		path := filepath.Join(proc, "fd", f.Name())
		target, err := os.Readlink(path)
		if st, serr := os.Stat(path); err != nil || serr != nil || !st.Mode().IsRegular() || strings.HasPrefix(target, h.in) {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			continue // the process has closed it
		}
		if isProgram(h.t, content) {
			continue
		}
		if strings.Contains(target, ".tmp-spill-") && len(content) > 0 {
			h.spills++
		}
		h.search("the open file "+target, content)
	}
}

// isProgram reports whether content is, byte for byte, the program under test, which
// holds this test and so the canaries: a process caught as it starts may still have
// it open.
func isProgram(t testing.TB, content []byte) bool {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(path)
	if err != nil || st.Size() != int64(len(content)) {
		return false
	}
	program, err := os.ReadFile(path)
	return err == nil && bytes.Equal(program, content)
}

// left searches every file in the site's directories, and their names.
func (h *hunt) left() {
	h.t.Helper()
	eachFile(h.t, h.dir, func(path string, content []byte) {
		h.search("the name of "+path, []byte(path))
		h.search(path, content)
	})
}

// ask checks people, from a file and from standard input, and people who cannot
// be read in every way that has an error of its own.
func (h *hunt) ask(people string) {
	h.t.Helper()
	content, err := os.ReadFile(people)
	h.check(err)
	for _, format := range [][]string{{"--json"}, nil} {
		r := h.talk("", append(format, "check", "--input", people)...).want(0)
		h.talk(string(content), append(format, "check", "--input", "-")...).want(0)
		if strings.Count(r.stdout, "strong") < 20 {
			h.t.Errorf("the people in the rolls are not found:\n%.1000s", r.stdout)
		}
	}
	one, row := string(head(content, 1)), strings.Join([]string{canaryFirst, canaryLast, canaryVoter}, ",")
	windows, err := charmap.Windows1252.NewEncoder().String(`{"last":"` + canaryName(canaryLast, 2) + `"}`)
	h.check(err)
	for _, bad := range []string{
		one[:len(one)/2], one + "}", "[" + one, strings.Replace(one, ",", ";", 3), `{"last":["` + canaryLast + `"]}`,
		`{"last":"` + canaryLast + `","last":"` + canaryLast + `"}`, `{"last":"` + canaryLast + "\x01\"}", `{"last":"\u12` + canaryLast + `"}`,
		`{"last":"` + canaryLast + `","birth_date":"` + canaryFirst + `","zip":"` + canaryCity + `","phone":"` + canaryCode + `","email":"` + canaryEmail + `"}`,
		`{"last":"` + canaryLast + `","birthdate":"` + canaryFirst + `"}`, `{"voter_id":"` + strings.Repeat(canaryVoter, 10_000) + `"}`, windows, canaryLast, `"` + canaryLast + `"`,
	} {
		h.talk(bad, "check", "--input", "-").want(2)
		h.talk(bad, "check", "--input", "-", "--json").want(2)
	}
	for _, bad := range []string{
		row, row + "\n" + row, "first,last,voter_id\n" + row + "," + canaryCity, "first,last,voter_id\n" + canaryFirst + ",\"" + row,
		"first,last,voter_id\n" + canaryFirst + `"x,"` + row, "first,last,birth_date\n" + row, "first,last," + canaryCode + "\n" + row, "first,first,last\n" + row,
	} {
		h.talk(bad, "check", "--input", "-", "--input-format", "csv").want(2)
	}
}

// breakFiles ingests what cannot be ingested, or only in part, made of a roll.
func (h *hunt) breakFiles(name string) {
	h.t.Helper()
	roll, err := os.ReadFile(h.path(name))
	h.check(err)
	lines := bytes.SplitAfter(head(roll, 400), []byte("\n"))
	rows := bytes.Join(lines[1:], nil)
	var ragged bytes.Buffer
	for i, line := range lines {
		switch i % 4 {
		case 1:
			line = line[bytes.IndexByte(line, '\t')+1:]
		case 2:
			line = append([]byte("\x00\t"), line...)
		case 3:
			line = slices.Concat(line[:len(line)-1], []byte("\t"+canaryCode+"\n"))
		}
		ragged.Write(line)
	}
	for what, content := range map[string][]byte{
		"ragged":    ragged.Bytes(),
		"headless":  rows,
		"semicolon": bytes.ReplaceAll(rows, []byte("\t"), []byte(";")),
		"quoted":    bytes.ReplaceAll(rows, []byte("\t"), []byte("\",\"")),
		"binary":    bytes.ReplaceAll(rows, []byte("\t"), []byte("\x00\x01\xff\xfe")),
		"one-line":  bytes.ReplaceAll(rows, []byte("\n"), nil),
		"truncated": slices.Concat([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\xff\xff"), rows),
		"few":       lines[1],
	} {
		path := h.file(what+".txt", content)
		for _, format := range [][]string{{"--json"}, nil} {
			h.talk("", append(format, "layouts", "detect", path)...)
			h.talk("", append(format, "ingest", "--dataset", what+"-a", path)...)
			h.talk("", append(format, "ingest", "--dataset", what+"-b", path, "--layout", "fl-extract")...)
			h.talk("", append(format, "ingest", "--dataset", what+"-c", path, "--layout", "oh-swvf")...)
		}
	}
}

// Nor is anything written on the way into a served index, whose checkpoint stays
// when the program is killed.
func TestNoPlaintextAtRestServed(t *testing.T) {
	racetest.LeaveOut(t)
	t.Parallel()
	s := newServed(t)
	h := &hunt{site: s, traces: newTraces()}
	people := h.plant()
	path := s.file("fl.txt", canaryRoll(t, "fl-extract", scale(8_000, 8_000, 60_000)))
	h.canonical(path)
	args := []string{"ingest", "--json", "--dataset", "fl", path}
	p := s.start(args...)
	if !p.waitFor("fl.1.part") {
		t.Fatalf("no checkpoint was written: %v", p.end())
	}
	h.watch(p, 1)
	h.left()
	done := s.ingested(h.watch(s.start(args...), -1).want(0))
	if done.Resumed == 0 {
		t.Error("the killed run left nothing")
	}
	h.talk("", "check", "--json", "--input", people).want(0)
	for _, args := range [][]string{{"verify"}, {"datasets", "show", "fl"}, {"datasets", "--json"}} {
		h.talk("", args...).want(0)
	}
	h.left()

	// Nor is anything of it published.
	h.talk("", "key", "signing", "--no-passphrase", "--name", "lookup.example.org").want(0)
	args = []string{"publish", "--json", "--name", "lookup.example.org", "--out", filepath.Join(s.dir, "home", "site")}
	h.watch(s.start(args...), 2)
	h.left()
	h.watch(s.start(args...), -1).want(0)
	h.left()
}
