package lookup_test

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"rollcheck/hashing"
	"rollcheck/rollindex/exposure/sourcetest"
	"rollcheck/rollindex/lookup"
	"rollcheck/rollindex/lookup/lookuptest"
)

var update = flag.Bool("update", false, "write the generated parts of PROTOCOL.md")

const protocol = "PROTOCOL.md"

// block returns the text of a fenced block of PROTOCOL.md, "```name" to "```".
func block(t *testing.T, name string) string {
	t.Helper()
	page, err := os.ReadFile(protocol)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "\n```"+name+"\n")
	text, _, closed := strings.Cut(rest, "```\n")
	if !found || !closed {
		t.Fatalf("%s has no block %q", protocol, name)
	}
	return text
}

// compare holds a block of PROTOCOL.md against what it should say, and writes it
// with -update.
func compare(t *testing.T, name, want string) {
	t.Helper()
	got := block(t, name)
	if got == want {
		return
	}
	if !*update {
		t.Errorf("block %q of %s says\n%s\nand not\n%s", name, protocol, got, want)
		return
	}
	page, err := os.ReadFile(protocol)
	if err != nil {
		t.Fatal(err)
	}
	fence := "\n```" + name + "\n"
	written := strings.Replace(string(page), fence+got+"```\n", fence+want+"```\n", 1)
	if err := os.WriteFile(protocol, []byte(written), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The examples of PROTOCOL.md: a line is a function, its arguments, its value.
func TestExamples(t *testing.T) {
	var b strings.Builder
	for line := range strings.Lines(block(t, "vrx1")) {
		call, _, ok := strings.Cut(line, "|")
		f := strings.Fields(call)
		if !ok || len(f) == 0 {
			t.Fatalf("no example: %q", line)
		}
		value := example(t, f[0], f[1:])
		fmt.Fprintf(&b, "%s| %s\n", call, value)
	}
	compare(t, "vrx1", b.String())
}

func example(t *testing.T, function string, args []string) string {
	t.Helper()
	switch function {
	case "group":
		return fmt.Sprintf("%04x", hashing.Bucket([]byte(args[0]), []byte(args[1])))
	case "bits":
		return strconv.Itoa(lookup.BucketBits(args[0]))
	case "step":
		return strconv.Itoa(lookup.Step(int(number(t, args[0]))))
	case "entry": // y is 64 bytes 00 01 02 ... 3f
		var y hashing.ServedOutput
		for i := range y {
			y[i] = byte(i)
		}
		tag, pad := hashing.NewServedEntries(args[0], uint32(number(t, args[1]))).Seal(&y)
		return fmt.Sprintf("%016x %08x", uint64(tag), uint32(pad))
	case "filter":
		var tags []hashing.Tag
		for _, a := range args {
			tag, err := strconv.ParseUint(a, 16, 64)
			if err != nil {
				t.Fatal(err)
			}
			tags = append(tags, hashing.Tag(tag))
		}
		file, err := lookup.BuildFilter(tags)
		if err != nil {
			t.Fatal(err)
		}
		return hex.EncodeToString(file)
	case "bucket", "root": // of one bit: bucket 0 holds one entry, bucket 1 none
		bodies := [][]byte{exampleBucket(t, 0), exampleBucket(t, 1)}
		tree, err := lookup.NewTree(bodies)
		if err != nil {
			t.Fatal(err)
		}
		root := tree.Root()
		if function == "root" {
			return hex.EncodeToString(root[:])
		}
		n := int(number(t, args[0]))
		sum := sha256.Sum256(tree.AppendProof(bodies[n], n))
		return hex.EncodeToString(sum[:])
	case "fingerprint":
		key, err := lookup.ParseKey(args[0])
		if err != nil {
			t.Fatal(err)
		}
		return key.Fingerprint()
	}
	t.Fatalf("no function %q", function)
	return ""
}

func exampleBucket(t *testing.T, n int) []byte {
	t.Helper()
	var entries []lookup.Entry
	if n == 0 {
		entries = []lookup.Entry{{Tag: 0x0011223344556677, Dataset: 5, Sealed: 0x8899aabb}}
	}
	pad := [32]byte(slices.Repeat([]byte{0x50}, 32))
	body, err := lookup.BuildBucket(lookup.BucketID{Key: 1, Bits: 1, Number: n}, entries, []uint16{5, 6}, &pad)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func number(t *testing.T, s string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The manifest in PROTOCOL.md verifies with the key beside it.
func TestExampleManifest(t *testing.T) {
	secret, public, err := note.GenerateKey(lookuptest.SeedOf("PROTOCOL.md"), "lookup.example.org")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	hash := func(of string) lookup.Hash32 { return lookup.Hash32(sha256.Sum256([]byte(of))) }
	m := &lookup.Manifest{
		Seq: 7, Issued: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), Expires: time.Date(2026, 12, 22, 12, 0, 0, 0, time.UTC),
		Epoch: "1", Canonical: hashing.Version, PublicKey: hash("key"),
		Keys:    []lookup.Key{{ID: 1, Jurisdiction: "US-FL", PublicKey: hash("key")}},
		Lists:   []lookup.ListRef{{Jurisdiction: "US-FL", SHA256: hash("list")}},
		Budgets: lookup.Budgets{BatchesPerAddress: 40, BatchesPerPrefix: 400, SlotsPerJurisdiction: 200_000},
	}
	signed, err := m.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "key", public+"\n")
	compare(t, "manifest", string(signed))
	key, err := lookup.ParseKey(block(t, "key"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lookup.Verify([]byte(block(t, "manifest")), key, m.Issued, 0); err != nil {
		t.Error(err)
	}
}

// The example of a list in PROTOCOL.md is one.
func TestExampleList(t *testing.T) {
	l, err := lookup.DecodeList([]byte(block(t, "list")), "US-FL")
	if err != nil {
		t.Fatal(err)
	}
	b, err := l.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if spaces := regexp.MustCompile(`\s`); string(b) != spaces.ReplaceAllString(block(t, "list"), "") {
		t.Errorf("it encodes to %s", b)
	}
}

// The transcripts of PROTOCOL.md are what the operator of the tests saw of one
// check, and all that passed.
func TestTranscripts(t *testing.T) {
	for _, mode := range []lookup.Mode{lookup.FilterMode, lookup.BucketMode} {
		op := published(t)
		s := op.session(t, mode, "US-FL")
		if got, _ := ask(t, s, sourcetest.People(t, "", 5, 1)[0].Keys); len(got) == 0 {
			t.Fatal("the person is not found")
		}
		compare(t, "transcript "+mode.String(), transcript(op.Saw()))
	}
}

// transcript writes what was seen, one line a request: what is asked at once in
// the order of the paths, hashes shortened.
func transcript(saw []string) string {
	stages := []string{"GET /v1/manifest", "GET /v1/l/", "GET /v1/f/", "POST /v1/evaluate", "GET /v1/b/"}
	stage := func(line string) int {
		return slices.IndexFunc(stages, func(s string) bool { return strings.HasPrefix(line, s) })
	}
	saw = slices.Clone(saw)
	slices.SortFunc(saw, func(a, b string) int {
		if stage(a) != stage(b) {
			return stage(a) - stage(b)
		}
		return strings.Compare(a, b)
	})
	hash := regexp.MustCompile(`([0-9a-f]{8})[0-9a-f]{56}`)
	var b strings.Builder
	for _, line := range saw {
		f := strings.Fields(hash.ReplaceAllString(line, "$1..."))
		if f[0] == "POST" {
			fmt.Fprintf(&b, "%-4s %-24s key %s   %5s bytes up %7s down\n", f[0], f[1], f[3], f[4], f[5])
			continue
		}
		fmt.Fprintf(&b, "%-4s %-24s         %5d bytes up %7s down\n", f[0], f[1], 0, f[2])
	}
	return b.String()
}
