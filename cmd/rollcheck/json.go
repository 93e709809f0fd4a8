package main

import (
	"encoding/json"
	"io"
	"maps"
)

// jsonVersion is the version of the JSON lines: it changes when a field changes
// its meaning or goes, not when one is added.
const jsonVersion = 1

// jsonLines writes an answer as JSON lines, each with its type: a start, what
// there is to say, and a done. The first error is kept for done.
type jsonLines struct {
	enc *json.Encoder
	err error
}

type fields = map[string]any

// jsonLines begins an answer.
func (p *program) jsonLines(command string) *jsonLines { return p.jsonLinesWith(command, nil) }

// jsonLinesWith begins an answer with more to say in its start.
func (p *program) jsonLinesWith(command string, more fields) *jsonLines {
	return newJSONLines(p.stdout, command, more)
}

func newJSONLines(w io.Writer, command string, more fields) *jsonLines {
	j := &jsonLines{enc: json.NewEncoder(w)}
	j.enc.SetEscapeHTML(false)
	start := fields{"type": "start", "command": command, "version": jsonVersion}
	maps.Copy(start, more)
	j.write(start)
	return j
}

// write writes a line; v has a "type".
func (j *jsonLines) write(v any) {
	if j.err == nil {
		j.err = j.enc.Encode(v)
	}
}

// done ends the answer with a line of what the work came to.
func (j *jsonLines) done(sum fields) error {
	sum["type"] = "done"
	j.write(sum)
	return j.err
}
