package serve

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcheck/rollindex/lookup"
)

// Kinds of what is asked for; the values of a label of the metrics.
const (
	kindEvaluate = "evaluate"
	kindHealth   = "healthz"
	kindManifest = "manifest"
	kindKey      = "key"
	kindList     = "list"
	kindFilter   = "filter"
	kindBucket   = "bucket"
	kindPage     = "page"
	kindNone     = "none"
)

// Caches may keep what is named by a hash, and must ask again for the rest.
const (
	immutable = "public, max-age=31536000, immutable"
	noCache   = "no-cache"
	noStore   = "no-store"
)

var (
	hashName   = regexp.MustCompile(`^[0-9a-f]{64}$`)
	bucketName = regexp.MustCompile(`^[0-9a-f]{64}/(0|[1-9][0-9]{0,4})$`)
	// resumes is the one form of Range that is followed, and only for files that
	// never change: the rest of a download that broke off. A part in the middle
	// of a filter would name the places somebody looks at.
	resumes = regexp.MustCompile(`^bytes=[0-9]{1,12}-$`)
)

// kindOf returns what a path is of, by the exact paths of the protocol.
func kindOf(path string) string {
	switch path {
	case lookup.EvaluatePath:
		return kindEvaluate
	case lookup.ManifestPath:
		return kindManifest
	case lookup.KeyPath:
		return kindKey
	case "/healthz":
		return kindHealth
	}
	rest, ok := strings.CutPrefix(path, "/v1/")
	if !ok {
		return kindPage
	}
	room, name, _ := strings.Cut(rest, "/")
	switch {
	case room == "l" && hashName.MatchString(name):
		return kindList
	case room == "f" && hashName.MatchString(name):
		return kindFilter
	case room == "b" && bucketName.MatchString(name):
		return kindBucket
	}
	return kindNone
}

// sendFile sends a published file or a file of the page.
func (s *Server) sendFile(w http.ResponseWriter, r *http.Request, kind string) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed, "only GET and HEAD")
		return
	}
	p, h := s.current.Load(), w.Header()
	switch kind {
	case kindManifest:
		sendBytes(w, r, types[".txt"], "", p.signed)
	case kindKey:
		sendBytes(w, r, types[".txt"], "", p.key)
	case kindList, kindFilter, kindBucket:
		h.Set("ETag", `"`+r.URL.Path[len("/v1/l/"):]+`"`)
		h.Set("Cache-Control", immutable)
		h.Set("Content-Type", octets)
		if kind == kindList {
			h.Set("Content-Type", types[".json"])
		}
		if !resumes.MatchString(r.Header.Get("Range")) || len(r.Header["Range"]) > 1 {
			r.Header.Del("Range")
		}
		s.sendPublished(w, r)
	default:
		s.sendPage(w, r, p)
	}
}

// sendPublished sends the file of the directory that the path names.
func (s *Server) sendPublished(w http.ResponseWriter, r *http.Request) {
	f, info, err := openIn(s.root, r.URL.Path[1:])
	if err != nil {
		h := w.Header()
		h.Del("ETag")
		h.Set("Cache-Control", noStore)
		if !os.IsNotExist(err) {
			// Also a link that leads out of the directory. The path is not logged.
			s.metrics.errors.WithLabelValues("file").Inc()
		}
		refuse(w, http.StatusNotFound, "no such file is published")
		return
	}
	defer f.Close()
	// A slow line may take its time, but not for ever: it can go on later.
	deadline(w, writeTimeout+time.Duration(info.Size()/leastRate)*time.Second)
	http.ServeContent(w, r, "", time.Time{}, f)
}

// sendPage sends a file of the page.
func (s *Server) sendPage(w http.ResponseWriter, r *http.Request, p *published) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" {
		name = "index.html"
	}
	f := p.page[name]
	if f == nil {
		refuse(w, http.StatusNotFound, "there is no such page")
		return
	}
	coding := codingOf(f, r.Header.Values("Accept-Encoding"))
	if len(f.forms) > 1 {
		w.Header().Set("Vary", "Accept-Encoding")
	}
	etag := f.etag
	if coding != "" {
		w.Header().Set("Content-Encoding", coding)
		etag += "-" + coding
	}
	sendBytes(w, r, f.contentType, etag, f.forms[coding])
}

// codingOf chooses the form of a file that who asks takes: the best that is named
// and not by a quality of 0.
func codingOf(f *pageFile, accept []string) string {
	for _, c := range codings {
		if f.forms[c.name] == nil {
			continue
		}
		taken := slices.ContainsFunc(strings.Split(strings.Join(accept, ","), ","), func(item string) bool {
			name, quality, _ := strings.Cut(item, ";")
			q, weighted := strings.CutPrefix(strings.TrimSpace(quality), "q=")
			v, err := strconv.ParseFloat(q, 64)
			return strings.EqualFold(strings.TrimSpace(name), c.name) && !(weighted && (err != nil || v <= 0))
		})
		if taken {
			return c.name
		}
	}
	return ""
}

// sendBytes sends what may change at any time.
func sendBytes(w http.ResponseWriter, r *http.Request, contentType, etag string, b []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", noCache)
	if etag != "" {
		h.Set("ETag", `"`+etag+`"`)
	}
	r.Header.Del("Range")
	var content io.ReadSeeker = bytes.NewReader(b)
	deadline(w, writeTimeout+time.Duration(len(b)/leastRate)*time.Second)
	http.ServeContent(w, r, "", time.Time{}, content)
}
