package web_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// BenchmarkPage prints how long a visitor waits, on a line without limits and on two
// slow ones, which are those that browsers' tools call fast and slow 4G: 9 Mbit/s with
// 165 ms there and back, and 1.6 Mbit/s with 560 ms.
//
//	usable-ms    from asking for the page, by the site's address, to its being shown and its buttons working
//	programs-ms  from the first question until both programs and all tables are there; people type meanwhile
//	bucket-ms    from "ask now" to the answer, by a group of names
//	filter-ms    the same by whole files, 900 kB
func BenchmarkPage(b *testing.B) {
	for _, l := range []struct {
		name string
		line *line
	}{
		{"local", nil},
		{"fast-4G", &line{there: 165 * time.Millisecond, perBytes: 8 / 9e6}},
		{"slow-4G", &line{there: 560 * time.Millisecond, perBytes: 8 / 1.6e6}},
	} {
		for _, mode := range []string{"bucket", "filter"} {
			b.Run(l.name+"/"+mode, func(b *testing.B) {
				for b.Loop() {
					wait(b, mode, l.line)
				}
			})
		}
	}
}

// wait walks through the page once and reports what was waited for.
func wait(b *testing.B, mode string, l *line) {
	b.Helper()
	_, op := operators(b)
	s := newSite(b, op)
	v := s.open(b, "icon.svg") // the browser is there
	s.line = l
	w := said["index.html"]
	start := time.Now()
	v.run(chromedp.Navigate(s.URL+"/"), chromedp.WaitVisible("#start-check", chromedp.ByQuery))
	usable := time.Since(start)

	start = time.Now()
	v.click("start-check")
	v.run(chromedp.Evaluate(`forCheck().then(() => 0)`, nil, awaited))
	programs := time.Since(start)

	v.run(chromedp.Evaluate(`show(startScreen)`, nil))
	v.answer(w, 3, nothing)
	v.next(w.way)
	v.click("way-" + mode)
	start = time.Now()
	v.click("next")
	v.wait(w.found)
	asked := time.Since(start)
	b.ReportMetric(float64(usable.Milliseconds()), "usable-ms")
	b.ReportMetric(float64(programs.Milliseconds()), "programs-ms")
	b.ReportMetric(float64(asked.Milliseconds()), mode+"-ms")
}
