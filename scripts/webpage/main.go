// Command webpage puts the page of data/web together: the first screen in each
// language, the scripts, all words, the compiled programs and the tables, each
// with the hash that the page loads it with. scripts/page runs it.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"rollcheck/data/advice"
	"rollcheck/data/catalogue"
	"rollcheck/data/field"
	"rollcheck/data/names"
)

func main() {
	out := flag.String("o", "", "the folder to make, in the place of what is there")
	root := flag.String("root", ".", "the module's folder")
	flag.Parse()
	if err := run(*root, *out); err != nil {
		fmt.Fprintln(os.Stderr, "webpage:", err)
		os.Exit(2)
	}
}

// policy is the page's content security policy, also for hosts that send none: its
// own files, WebAssembly, a worker made of files that it has compared with their
// hashes, and nothing else. A server says besides that nobody may
// frame it, which a page cannot say of itself.
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; " +
	"connect-src 'self'; worker-src blob:; form-action 'none'; base-uri 'none'"

// scripts are the parts of the page's script, page.js, in the order in which they are
// run: one file, because on a slow line every further one is waited for. Words and
// hashes, made here, stand before them.
var scripts = []string{"dom.js", "client.js", "form.js", "check.js", "answer.js", "claim.js", "app.js"}

// builder collects the files of the page.
type builder struct {
	root      string
	files     map[string][]byte
	integrity map[string]string
	texts     map[string]map[string]any
	made      []byte // the part of the script that is made here
}

func run(root, out string) error {
	if out == "" {
		return errors.New("say with -o where the page is to be")
	}
	b := &builder{root: root, files: make(map[string][]byte), integrity: make(map[string]string), texts: make(map[string]map[string]any)}
	for _, step := range []func() error{b.sources, b.words, b.assets, b.script, b.pages} {
		if err := step(); err != nil {
			return err
		}
	}
	return b.write(out)
}

// add adds a file and its hash.
func (b *builder) add(name string, content []byte) {
	sum := sha512.Sum384(content)
	b.files[name], b.integrity[name] = content, "sha384-"+base64.StdEncoding.EncodeToString(sum[:])
}

// sources adds the files that are taken as they are; wasm_exec.js is Go's own.
func (b *builder) sources() error {
	for _, name := range []string{"worker.js", "style.css", "icon.svg"} {
		content, err := os.ReadFile(filepath.Join(b.root, "data/web/src", name))
		if err != nil {
			return err
		}
		b.add(name, content)
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("asking where Go is: %w", err)
	}
	content, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(goroot)), "lib/wasm/wasm_exec.js"))
	if err != nil {
		return err
	}
	b.add("wasm_exec.js", content)
	return nil
}

// words makes the texts of each language, with the names of the kinds of details and
// of the states.
func (b *builder) words() error {
	for _, lang := range []advice.Lang{advice.En, advice.Es} {
		content, err := os.ReadFile(filepath.Join(b.root, "data/web/texts", string(lang)+".json"))
		if err != nil {
			return err
		}
		words := make(map[string]any)
		if err := json.Unmarshal(content, &words); err != nil {
			return fmt.Errorf("%s.json: %w", lang, err)
		}
		own, _ := words["states"].(map[string]any)
		states := make(map[string]any)
		for _, code := range stateCodes() {
			if states[code] = own[code]; own[code] == nil {
				states[code] = names.StateName(code)
			}
		}
		words["states"], words["kinds"] = states, kinds(lang)
		b.texts[string(lang)] = words
	}
	script, err := json.Marshal(b.texts)
	if err != nil {
		return err
	}
	var recorded []string
	for _, r := range catalogue.Records() {
		recorded = append(recorded, strings.TrimPrefix(r.Jurisdiction, "US-"))
	}
	list, err := json.Marshal(recorded)
	if err != nil {
		return err
	}
	b.made = fmt.Appendf(b.made, "\nconst texts = %s;\nconst recorded = %s; // states whose public record is known\n", script, list)
	return nil
}

// kinds returns the names of the kinds of details, in the order in which they are
// offered: an ordered object, since JavaScript keeps the order of names.
func kinds(lang advice.Lang) json.RawMessage {
	b := []byte{'{'}
	for i, k := range field.Kinds() {
		if i > 0 {
			b = append(b, ',')
		}
		title, err := json.Marshal(advice.KindTitle(lang, k))
		if err != nil { // a string can always be written
			panic(err)
		}
		b = fmt.Appendf(b, "%q:%s", k.String(), title)
	}
	return append(b, '}')
}

// stateCodes returns the codes of the states and territories that have a name.
func stateCodes() (codes []string) {
	for a := 'A'; a <= 'Z'; a++ {
		for z := 'A'; z <= 'Z'; z++ {
			if code := string([]rune{a, z}); names.StateName(code) != "" {
				codes = append(codes, code)
			}
		}
	}
	return codes
}

// assets adds the programs and tables, packed, and makes what says where they are and
// what their hashes are.
func (b *builder) assets() error {
	type asset struct {
		File      string `json:"file"`
		Integrity string `json:"integrity"`
	}
	assets := make(map[string]asset)
	add := func(name, file string, content []byte) error {
		packed, err := pack(content)
		if err != nil {
			return err
		}
		b.add(file, packed)
		assets[name] = asset{file, b.integrity[file]}
		return nil
	}
	for _, name := range programs {
		wasm, err := compile(b.root, name)
		if err == nil {
			err = add(name, name+".wasm.packed", wasm)
		}
		if err != nil {
			return err
		}
	}
	if err := add("tables", "names.packed", names.Bundle()); err != nil {
		return err
	}
	known, err := catalogue.Bundle()
	if err == nil {
		err = add("catalogue", "catalogue.packed", known)
	}
	if err != nil {
		return err
	}
	assets["claims"] = assets["catalogue"] // the same file, for the other program
	script, err := json.Marshal(assets)
	if err != nil {
		return err
	}
	b.made = fmt.Appendf(b.made, "const assets = %s; // what the worker loads; a packed file is one compressed with gzip\n", script)
	var parts []asset
	for _, name := range []string{"wasm_exec.js", "worker.js"} {
		parts = append(parts, asset{name, b.integrity[name]})
	}
	if script, err = json.Marshal(parts); err != nil {
		return err
	}
	b.made = fmt.Appendf(b.made, "const workerParts = %s; // what the worker is made of, in this order\n", script)
	return nil
}

// programs are those of cmd/rollcheck-wasm.
var programs = []string{"ask", "answer", "claim"}

// compile compiles a program for the browser, as small as it gets: without what
// debuggers need, without inlining, and with the plainer garbage collector. The
// same sources give the same bytes.
func compile(root, name string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "rollcheck-wasm-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, name+".wasm")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-gcflags=all=-l", "-o", out, "./cmd/rollcheck-wasm/"+name)
	build.Dir = root
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0", "GOEXPERIMENT=nogreenteagc", "GOFLAGS=")
	if message, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("compiling %s: %w\n%s", name, err, message)
	}
	return os.ReadFile(out)
}

// script adds page.js.
func (b *builder) script() error {
	all := append([]byte("\"use strict\";\n// Put together by scripts/page from data/web.\n"), b.made...)
	for _, name := range scripts {
		content, err := os.ReadFile(filepath.Join(b.root, "data/web/src", name))
		if err != nil {
			return err
		}
		all = append(append(all, '\n'), strings.TrimPrefix(string(content), "\"use strict\";\n")...)
	}
	b.add("page.js", all)
	return nil
}

func pack(content []byte) ([]byte, error) {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

// pages adds the first screen in each language.
func (b *builder) pages() error {
	t, err := template.ParseFiles(filepath.Join(b.root, "data/web/src/page.tmpl"))
	if err != nil {
		return err
	}
	type other struct{ File, Lang string }
	for _, p := range []struct {
		file, lang string
		other      other
	}{{"index.html", "en", other{"es.html", "es"}}, {"es.html", "es", other{"index.html", "en"}}} {
		var out bytes.Buffer
		err := t.Execute(&out, map[string]any{
			"Lang": p.lang, "Other": p.other, "T": b.texts[p.lang], "Integrity": b.integrity, "Policy": policy,
		})
		if err != nil {
			return err
		}
		b.files[p.file] = out.Bytes()
	}
	return nil
}

// write makes the folder anew, whole or not at all.
func (b *builder) write(out string) error {
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(out), ".page-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := os.Chmod(tmp, 0o755); err != nil {
		return err
	}
	for name, content := range b.files {
		if err := os.WriteFile(filepath.Join(tmp, name), content, 0o644); err != nil {
			return err
		}
		if strings.HasSuffix(name, ".wasm.packed") {
			fmt.Fprintf(os.Stderr, "%-22s %9d bytes\n", name, len(content))
		}
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "built with", runtime.Version())
	return os.Rename(tmp, out)
}
