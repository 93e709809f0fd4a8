package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// mayImport says which packages of the module each package may import. An
// entry that ends in "/" stands for all packages below it; the longest one that
// fits a package counts. Arrows point down: nothing imports what is above it.
var mayImport = map[string][]string{
	"cmd/":                                {"hashing/", "data/", "rollindex/"},
	"scripts/":                            {},
	"scripts/webpage":                     {"data/"},
	"scripts/benchmark":                   {"hashing/voprf", "rollindex/lookup"},
	"scripts/thief":                       {"hashing/", "rollindex", "rollindex/lookup"},
	"scripts/measure":                     {"data/", "hashing", "rollindex", "rollindex/exposure", "rollindex/ingest", "rollindex/voterfile/"},
	"rollindex/voterfile/synth":           {"data/", "hashing"},
	"rollindex/exposure/":                 {"hashing", "data/advice", "data/catalogue", "data/field", "data/names", "rollindex/exposure"},
	"rollindex/exposure/claim":            {"data/advice", "data/catalogue", "data/field"}, // a page in a browser links it
	"rollindex/compare":                   {"hashing", "data/catalogue", "data/field", "data/layouts", "data/vendors", "rollindex/internal/extsort", "rollindex/voterfile"},
	"rollindex/compare/tell":              {"hashing", "data/catalogue", "data/field", "rollindex/compare", "rollindex/report"},
	"rollindex/audit":                     {"hashing", "data/catalogue", "data/field", "data/layouts", "data/licences", "data/names", "rollindex/audit/risk", "rollindex/compare", "rollindex/exposure", "rollindex/report", "rollindex/voterfile"},
	"rollindex/audit/risk":                {"hashing", "data/field", "data/layouts", "rollindex/internal/extsort", "rollindex/voterfile"},
	"rollindex/audit/decoys":              {"hashing", "data/field", "data/layouts", "data/names", "rollindex/voterfile"},
	"rollindex/audit/diff":                {"hashing", "data/field", "data/layouts", "rollindex/compare", "rollindex/internal/extsort", "rollindex/voterfile"},
	"rollindex/audit/tell":                {"hashing", "data/", "rollindex/audit", "rollindex/audit/", "rollindex/compare", "rollindex/compare/tell", "rollindex/report"},
	"rollindex/report":                    {"data/advice"},                            // knows nothing of voters
	"rollindex/lookup":                    {"hashing", "hashing/voprf", "data/field"}, // the browser links it: nothing with cgo
	"rollindex/lookup/lookuptest":         {"hashing", "hashing/voprf/", "data/field", "rollindex/exposure/sourcetest", "rollindex/lookup"},
	"rollindex/lookup/remote":             {"rollindex/lookup"},
	"rollindex/lookup/serve":              {"hashing/voprf/", "rollindex/lookup"},
	"rollindex/lookup/publish":            {"hashing", "data/catalogue", "rollindex", "rollindex/lookup"},
	"rollindex/ingest":                    {"hashing", "data/field", "data/layouts", "rollindex", "rollindex/voterfile"},
	"rollindex/voterfile":                 {"hashing", "data/field", "data/layouts", "data/names", "rollindex/voterfile/internal/tables"},
	"rollindex/voterfile/internal/tables": {},
	"scripts/detection":                   {"data/layouts", "rollindex/voterfile/"},
	"scripts/releases":                    {"data/layouts", "rollindex/audit", "rollindex/voterfile/"},
	"rollindex":                           {"hashing", "hashing/voprf/", "data/field", "rollindex/internal/extsort"},
	"rollindex/internal/extsort":          {},
	"hashing/keyfile":                     {"hashing"},
	"hashing":                             {"data/field", "hashing/internal/hmac256"},
	"hashing/internal/hmac256":            {},
	"hashing/voprf":                       {"hashing/voprf/internal/suite"},
	"hashing/voprf/evaluate":              {"hashing/voprf", "hashing/voprf/internal/suite"},
	"hashing/voprf/internal/suite":        {},
	"data/field":                          {},
	"internal/racetest":                   {}, // for tests
	"data/jsonlite":                       {},
	"data/":                               {"data/field", "data/jsonlite"},
	"cmd/rollcheck-wasm/ask":              {"hashing", "rollindex/lookup", "cmd/rollcheck-wasm/internal/bridge"}, // no person, no words
	"cmd/rollcheck-wasm/answer": {
		"data/", "hashing", "rollindex/exposure", "cmd/rollcheck-wasm/internal/bridge", "cmd/rollcheck-wasm/internal/said",
	}, // no network
	"cmd/rollcheck-wasm/claim":           {"data/", "rollindex/exposure/claim", "cmd/rollcheck-wasm/internal/bridge", "cmd/rollcheck-wasm/internal/said"},
	"cmd/rollcheck-wasm/internal/bridge": {"hashing"},
	"cmd/rollcheck-wasm/internal/said":   {"data/advice"},
}

// onlyIn says where a dependency may be used: a driver of storage or a flag
// library anywhere else would tie rooms together.
var onlyIn = map[string][]string{
	"github.com/mattn/go-sqlite3":                               {"rollindex", "cmd/rollcheck"},
	"github.com/urfave/cli/v2":                                  {"cmd/rollcheck"},
	"golang.org/x/crypto/argon2":                                {"hashing/keyfile", "rollindex/compare"}, // keys made of passphrases
	"github.com/bits-and-blooms/bloom/v3":                       {"rollindex"},
	"github.com/cloudflare/circl/oprf":                          {"hashing/voprf/evaluate", "scripts/benchmark"}, // there, to be compared with
	"github.com/cloudflare/circl/group":                         {"hashing/voprf/evaluate"},
	"github.com/bwesterb/go-ristretto":                          {"hashing/voprf", "hashing/voprf/internal/suite", "hashing/voprf/evaluate"},
	"github.com/FastFilter/xorfilter":                           {"rollindex/lookup"},
	"golang.org/x/crypto/acme/autocert":                         {"rollindex/lookup/serve"},
	"github.com/prometheus/client_golang/prometheus":            {"rollindex/lookup/serve"},
	"github.com/prometheus/client_golang/prometheus/collectors": {"rollindex/lookup/serve"},
	"github.com/prometheus/client_golang/prometheus/promhttp":   {"rollindex/lookup/serve"},
	"log": {"scripts/benchmark", "scripts/detection", "scripts/releases"}, // log.Fatal ends with status 1, which is an answer
}

func rule(pkg string) ([]string, bool) {
	best, found := "", false
	for p := range mayImport {
		fits := p == pkg || strings.HasSuffix(p, "/") && strings.HasPrefix(pkg+"/", p)
		if fits && len(p) > len(best) {
			best, found = p, true
		}
	}
	return mayImport[best], found
}

func allows(rules []string, pkg string) bool {
	for _, r := range rules {
		if r == pkg || strings.HasSuffix(r, "/") && strings.HasPrefix(pkg+"/", r) {
			return true
		}
	}
	return false
}

func TestLayers(t *testing.T) {
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2 {
			if err == nil {
				err = fs.SkipDir
			}
			return err
		}
		if !strings.HasSuffix(file, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		pkg := path.Dir(filepath.ToSlash(rel))
		rules, ok := rule(pkg)
		if !ok {
			t.Errorf("package %s has no rule: say in this test what it may import", pkg)
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		test := strings.HasSuffix(file, "_test.go")
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if own, ok := strings.CutPrefix(imported, "rollcheck/"); ok && !test && !allows(rules, own) {
				t.Errorf("%s imports %s, which is not below it", rel, own)
			}
			if rooms, ok := onlyIn[imported]; ok && !test && !allows(rooms, pkg) {
				t.Errorf("%s imports %s, which is for %s", rel, imported, strings.Join(rooms, ", "))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What a browser links stays small: the asking side of the blind evaluation
// imports nothing but these, and go-ristretto.
func TestVOPRFIsSmall(t *testing.T) {
	for pkg, want := range map[string]string{
		"hashing/voprf":                "crypto/sha512 errors github.com/bwesterb/go-ristretto io rollcheck/hashing/voprf/internal/suite strconv",
		"hashing/voprf/internal/suite": "crypto/sha512 github.com/bwesterb/go-ristretto github.com/bwesterb/go-ristretto/edwards25519",
	} {
		out, err := exec.Command("go", "list", "-f", `{{join .Imports " "}}`, "rollcheck/"+pkg).Output()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(string(out)); got != want {
			t.Errorf("%s imports %s, want %s", pkg, got, want)
		}
	}
}
