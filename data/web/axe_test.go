package web_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// axeVersion is that of axe-core (https://github.com/dequelabs/axe-core), which
// finds about half of what makes a page hard to use for people with disabilities.
const axeVersion = "4.14.1"

// axe returns the source of axe-core, from npm, kept in .bin. Without npm, the test
// is skipped loudly, and fails where CI is set.
func axe(t *testing.T) string {
	t.Helper()
	if built == "" {
		t.Skip("no browser in a short run")
	}
	dir, err := filepath.Abs(filepath.Join("..", "..", ".bin", "axe-"+axeVersion))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "node_modules", "axe-core", "axe.min.js")
	if _, err := os.Stat(file); err != nil {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		npm := exec.Command("npm", "install", "--silent", "--no-fund", "--no-audit", "--no-save", "--prefix", dir, "axe-core@"+axeVersion)
		if out, err := npm.CombinedOutput(); err != nil {
			const missing = "THE PAGE WAS NOT TESTED FOR ACCESSIBILITY: axe-core could not be installed with npm: "
			if os.Getenv("CI") != "" {
				t.Fatalf("%s%v %s", missing, err, out)
			}
			t.Skip(missing, err)
		}
	}
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// No screen breaks a rule of WCAG 2.2 AA that axe-core knows, in light and in dark.
func TestAccessibility(t *testing.T) {
	source := axe(t)
	w := said["index.html"]
	for _, scheme := range []string{"light", "dark"} {
		t.Run(scheme, func(t *testing.T) {
			_, op := operators(t)
			s := newSite(t, op)
			b := s.open(t, "index.html", emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
			b.run(chromedp.Evaluate(source, nil))
			check := func(screen string) {
				t.Helper()
				var found string
				b.run(chromedp.Evaluate(`axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then((r) => {
					if (r.passes.length < 20) return JSON.stringify(["only", r.passes.length, "rules were tried"]);
					return JSON.stringify(r.violations.map((v) => [v.id, v.help, v.nodes.map((n) => n.html.slice(0, 120))]));
				})`, &found, awaited))
				var violations []any
				if err := json.Unmarshal([]byte(found), &violations); err != nil {
					t.Fatal(err)
				}
				for _, v := range violations {
					t.Errorf("%s: %v", screen, v)
				}
				b.picture(scheme + "-" + screen)
			}
			b.answer(w, 3, check)
			b.next(w.way)
			check("way")
			b.click("next")
			b.run(chromedp.WaitVisible("#summary", chromedp.ByQuery))
			check("way-error")
			b.click("way-bucket")
			b.click("next")
			b.wait(w.found)
			check("answer")
			b.run(chromedp.Evaluate(`document.querySelectorAll("details").forEach(d => d.open = true)`, nil))
			check("answer-open")
			b.click("again")
			b.wait("Are you in a leak")
			check("start-again")
			b.click("start-claim")
			b.run(chromedp.WaitVisible("#state", chromedp.ByQuery))
			b.choose("state", "US-AK")
			b.next("When did you get")
			check("claim-when")
			b.fill("when-year", "2020")
			b.next("What did the message quote")
			check("claim-quoted")
			b.click("quoted-birth_date")
			b.next("What did it only say")
			check("claim-boasted")
			b.next("Goes beyond")
			check("claim")
		})
	}
	t.Run("failure", func(t *testing.T) {
		op, _ := operators(t)
		s := newSite(t, op)
		b := s.open(t, "index.html")
		b.run(chromedp.Evaluate(source, nil))
		b.answer(w, 3, nothing)
		s.do(func() { delete(op.Files, "/v1/manifest") })
		b.click("next")
		b.wait("There is no answer")
		var n int
		b.run(chromedp.Evaluate(`axe.run(document).then((r) => r.violations.length)`, &n, awaited))
		if n != 0 {
			t.Errorf("%d rules are broken", n)
		}
		b.picture("failure")
	})
}
