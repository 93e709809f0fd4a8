package web_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rollcheck/data/web"
)

func texts(t *testing.T, lang string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("texts", lang+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(content, &all); err != nil {
		t.Fatal(err)
	}
	words := make(map[string]string)
	for k, v := range all {
		if s, ok := v.(string); ok {
			words[k] = s
		}
	}
	return words
}

// Both languages have the same texts, with the same things to fill in.
func TestTexts(t *testing.T) {
	en, es := texts(t, "en"), texts(t, "es")
	blanks := regexp.MustCompile(`\{\w+\}`)
	for key, text := range en {
		other, ok := es[key]
		if !ok {
			t.Errorf("%s: not in Spanish", key)
			continue
		}
		a, b := blanks.FindAllString(text, -1), blanks.FindAllString(other, -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			t.Errorf("%s: fills in %q, and in Spanish %q", key, a, b)
		}
	}
	for key := range es {
		if _, ok := en[key]; !ok {
			t.Errorf("%s: not in English", key)
		}
	}
}

// Every text that the scripts and the template name is there, and every text is named
// somewhere: whole, or by a part that is filled in.
func TestTextsAreUsed(t *testing.T) {
	en := texts(t, "en")
	files, err := filepath.Glob("src/*")
	if err != nil {
		t.Fatal(err)
	}
	source := ""
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source += string(content)
	}
	for _, m := range regexp.MustCompile(`\bt\("([\w-]+)"|\.T\.(\w+)`).FindAllStringSubmatch(source, -1) {
		if key := m[1] + m[2]; en[key] == "" {
			t.Errorf("%s is named and is no text", key)
		}
	}
	parts := regexp.MustCompile("`(\\w*)\\$\\{\\w+(?:\\.\\w+)?\\}(\\w*)").FindAllStringSubmatch(source, -1)
	for key := range en {
		filled := slices.ContainsFunc(parts, func(p []string) bool {
			return p[1]+p[2] != "" && strings.HasPrefix(key, p[1]) && strings.HasSuffix(key, p[2])
		})
		if !filled && !strings.Contains(source, `"`+key+`"`) && !strings.Contains(source, ".T."+key) && !strings.Contains(source, key+": \"") {
			t.Errorf("%s is named nowhere", key)
		}
	}
}

// Each program stays within 1.2 MB, compressed: it is loaded at every visit.
func TestSizes(t *testing.T) {
	if built == "" {
		t.Skip("the page is not built in a short run")
	}
	programs, err := filepath.Glob(filepath.Join(built, "*.wasm.packed"))
	if err != nil || len(programs) != 3 {
		t.Fatalf("programs: %q, %v", programs, err)
	}
	for _, p := range programs {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > 1_200_000 {
			t.Errorf("%s has %d bytes, more than 1,200,000", filepath.Base(p), info.Size())
		}
	}
}

// The page is in the program, or the program says that it is not.
func TestFiles(t *testing.T) {
	files, err := web.Files()
	if errors.Is(err, web.ErrNotBuilt) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"index.html", "es.html", "page.js", "worker.js", "wasm_exec.js", "ask.wasm.packed", "answer.wasm.packed", "claim.wasm.packed"} {
		if _, err := fs.Stat(files, name); err != nil {
			t.Error(err)
		}
	}
}
