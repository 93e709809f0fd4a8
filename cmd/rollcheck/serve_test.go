//go:build linux

package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"rollcheck/hashing/voprf"
	"rollcheck/rollindex/lookup"
)

// serving starts a server and returns its address and that of its metrics.
func (s *site) serving(args ...string) (p *process, url, metrics string) {
	s.t.Helper()
	p = s.command(append([]string{"serve", "--json", "--direct", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"}, args...)...)
	out := filepath.Join(s.t.TempDir(), "out")
	f, err := os.Create(out)
	s.check(err)
	p.Stdout = f
	p.begin()
	for p.running(20 * time.Millisecond) {
		b, err := os.ReadFile(out)
		s.check(err)
		for line := range strings.Lines(string(b)) {
			var says struct{ Type, URL, Metrics string }
			if json.Unmarshal([]byte(line), &says) == nil && says.Type == "serving" {
				s.t.Cleanup(func() { f.Close() })
				return p, says.URL, says.Metrics
			}
		}
	}
	s.t.Fatalf("the server ended: %s", p.errors.String())
	return nil, "", ""
}

func fetch(t testing.TB, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// The server, as it is run: files, evaluations and metrics, another manifest, a
// stop and a restart with the budgets of before; and then the same from the
// manifest, the key and index.db alone.
func TestServe(t *testing.T) {
	t.Parallel()
	s := newServed(t)
	roll, _ := makeRoll(t, "fl-extract", 1_100, 71)
	s.ingest("d", s.file("roll.txt", roll))
	s.run("key", "signing", "--no-passphrase", "--name", "lookup.example.org").want(0)
	site := filepath.Join(s.dir, "data", "site")
	publish := []string{"publish", "--out", site, "--name", "lookup.example.org", "--batches-per-address", "2"}
	s.run(publish...).want(0)

	p, url, metrics := s.serving("--data", site)
	if code, body := fetch(t, url+lookup.ManifestPath); code != 200 || !strings.Contains(body, `"seq":1,`) {
		t.Errorf("status %d: %s", code, body)
	}
	if code, body := fetch(t, url+"/healthz"); code != 200 || !strings.Contains(body, `"ok":true`) {
		t.Errorf("status %d: %s", code, body)
	}
	evaluate := func(url string, want int) {
		t.Helper()
		r, err := voprf.Blind(rand.Reader, [][]byte{{1}, {2}, {3}, {4}})
		s.check(err)
		e := lookup.Elements(r.Elements())
		resp, err := http.Post(url+lookup.EvaluatePath, "application/octet-stream", bytes.NewReader(lookup.AppendRequest(nil, 1, &e)))
		s.check(err)
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("status %d, want %d", resp.StatusCode, want)
		}
	}
	evaluate(url, 200)
	if _, body := fetch(t, metrics); !strings.Contains(body, `rollcheck_requests_total{kind="evaluate",status="200"} 1`) {
		t.Errorf("metrics:\n%s", body)
	}
	if code, _ := fetch(t, strings.TrimSuffix(metrics, "/metrics")+"/"); code != 404 {
		t.Errorf("beside the metrics: status %d", code)
	}
	// Another manifest, published beside it.
	more, _ := makeRoll(t, "fl-extract", 1_100, 72)
	s.ingest("e", s.file("more.txt", more))
	s.run(publish...).want(0)
	s.check(p.Process.Signal(syscall.SIGHUP))
	for range 100 {
		if _, body := fetch(t, url+lookup.ManifestPath); strings.Contains(body, `"seq":2,`) {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if _, body := fetch(t, url+lookup.ManifestPath); !strings.Contains(body, `"seq":2,`) {
		t.Errorf("the old manifest is served: %s", body)
	}
	if other := s.run("serve", "--data", site, "--direct", "--listen", "127.0.0.1:0").want(2); !strings.Contains(other.stderr, "another server uses it") {
		t.Errorf("two servers with one state: %s", other.stderr)
	}
	s.check(p.Process.Signal(syscall.SIGTERM))
	p.end().want(0)
	said, err := os.ReadFile(p.Stdout.(*os.File).Name())
	s.check(err)
	if lines := strings.Split(strings.TrimSpace(string(said)), "\n"); len(lines) != 3 || !strings.Contains(lines[0], `"type":"start"`) || lines[2] != `{"type":"done"}` {
		t.Errorf("it says %s", said)
	}

	// Elsewhere there are only the manifest and its key, and of the index what has its
	// salt.
	bare := filepath.Join(s.dir, "data", "bare")
	s.check(os.MkdirAll(filepath.Join(bare, "site", "v1"), 0o755))
	s.check(os.MkdirAll(filepath.Join(bare, "index"), 0o700))
	for from, to := range map[string]string{
		filepath.Join(site, "v1", "manifest"): "site/v1/manifest", filepath.Join(site, "v1", "key"): "site/v1/key", filepath.Join(s.index(), "index.db"): "index/index.db",
	} {
		b, err := os.ReadFile(from)
		s.check(err)
		s.check(os.WriteFile(filepath.Join(bare, to), b, 0o600))
	}
	p, url, _ = s.serving("--evaluate-only", "--data", filepath.Join(bare, "site"), "--index", filepath.Join(bare, "index"))
	evaluate(url, 200)
	evaluate(url, 429) // one was used before the restart
	if code, _ := fetch(t, url+lookup.ManifestPath); code != 404 {
		t.Errorf("status %d of a file", code)
	}
	s.check(p.Process.Signal(syscall.SIGINT))
	r := p.end().want(0)
	if strings.Contains(r.stderr, "127.0.0.1") {
		t.Errorf("the log names an address:\n%s", r.stderr)
	}
}

var execStart = regexp.MustCompile(`(?m)^ExecStart=/usr/local/bin/rollcheck ((?:.*\\\n)*.*)$`)

// The unit and the container start the server with flags it has, and systemd takes
// the unit.
func TestDeployment(t *testing.T) {
	deploy := filepath.Join("..", "..", "scripts", "deploy")
	unit, err := os.ReadFile(filepath.Join(deploy, "rollcheck.service"))
	if err != nil {
		t.Fatal(err)
	}
	found := execStart.FindSubmatch(unit)
	if found == nil {
		t.Fatal("the unit starts nothing")
	}
	words := append([]string{"rollcheck"}, strings.Fields(strings.ReplaceAll(string(found[1]), "\\\n", " "))...)
	if _, err := permute(testApp(), words); err != nil {
		t.Errorf("the unit: %v", err)
	}
	file, err := os.ReadFile(filepath.Join(deploy, "Containerfile"))
	if err != nil {
		t.Fatal(err)
	}
	_, entry, _ := strings.Cut(string(file), "\nENTRYPOINT ")
	var start []string
	if err := json.Unmarshal([]byte(strings.TrimSpace(entry)), &start); err != nil {
		t.Fatalf("the container's entry point: %v", err)
	}
	if _, err := permute(testApp(), start); err != nil {
		t.Errorf("the container: %v", err)
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("SKIPPED: systemd-analyze is not installed, so nothing checks the unit but its flags")
	}
	// The program is not installed here: the unit is checked with one that is.
	copied := filepath.Join(t.TempDir(), "rollcheck.service")
	if err := os.WriteFile(copied, bytes.ReplaceAll(unit, []byte("/usr/local/bin/rollcheck"), []byte("/bin/true")), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(analyze, "verify", "--man=no", copied).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "rollcheck.service") {
			t.Errorf("systemd-analyze: %s", line)
		}
	}
	if err != nil && len(out) == 0 {
		t.Errorf("systemd-analyze: %v", err)
	}
}
