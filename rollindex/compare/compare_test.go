package compare_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"rollcheck/rollindex/compare"
)

func TestTry(t *testing.T) {
	a, b := os.Getenv("CMP_A"), os.Getenv("CMP_B")
	if a == "" {
		t.Skip()
	}
	began := time.Now()
	r, err := compare.Run(context.Background(), []compare.Input{{Path: a}, {Path: b}}, compare.Options{Jobs: 2})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(time.Since(began), r.Spilled)
	for _, f := range r.Files {
		fmt.Printf("%+v\n", *f)
	}
	for i := range r.Overlaps {
		o := &r.Overlaps[i]
		fmt.Printf("%+v %v %.4f %.4f %.4f\n", *o, o.Key, o.AInB().Value(), o.BInA().Value(), o.Jaccard())
	}
	fmt.Println(r.Main, r.Paired)
	for _, f := range r.Fields {
		fmt.Printf("%-24s %+v\n", f.Field, f)
	}
}
