package compare_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rollcheck/hashing"
	"rollcheck/rollindex/compare"
)

func TestTryDate(t *testing.T) {
	leak, dir := os.Getenv("CMP_LEAK"), os.Getenv("CMP_DIR")
	if leak == "" {
		t.Skip()
	}
	var in []compare.Input
	files, _ := filepath.Glob(dir + "/*.txt")
	for _, f := range files {
		d, _ := hashing.ParseDate([]byte(strings.TrimSuffix(filepath.Base(f), ".txt")), "")
		in = append(in, compare.Input{Path: f, AsOf: d})
	}
	began := time.Now()
	d, err := compare.Date(context.Background(), compare.Input{Path: leak}, in, compare.Options{Jobs: 2})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(time.Since(began), d.Key, d.Rows, d.Known, d.Verdict, d.Why, d.Best, d.Estimate, d.From, d.To, d.NotBefore, d.Merged)
	for _, s := range d.Snapshots {
		fmt.Printf("%s %.2f %d %.4f\n", s.AsOf, s.LogLik, s.Present, s.Agree())
	}
	for _, e := range d.Evidence {
		fmt.Printf("%s %d-%d older %d newer %d\n", e.Trait, e.From, e.To, e.Older, e.Newer)
	}
}
