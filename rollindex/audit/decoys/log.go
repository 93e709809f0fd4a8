package decoys

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Sent is a line of the release log: who got which copy. It holds no decoy.
type Sent struct {
	Date      string `json:"date"` // YYYY-MM-DD
	Recipient string `json:"recipient"`
	File      string `json:"file"`   // name of the copy, without the folder
	SHA256    string `json:"sha256"` // of the copy
	Rows      int64  `json:"rows"`
	Register  string `json:"register,omitempty"` // [Register].ID, if it was marked
	Planted   int    `json:"planted,omitempty"`  // decoys in it
}

// AppendRelease appends a line to the release log, which is made if it is not there.
// The line is written in one piece and synced: after a crash it is there whole, or
// the log ends in a piece of it that [ReadLog] reports.
func AppendRelease(path string, s Sent) (err error) {
	line, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("writing the release log: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("writing the release log: %w", err)
	}
	_, err = f.Write(append(line, '\n'))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("writing the release log: %w", err)
	}
	return nil
}

// ErrLog is wrapped by [ReadLog] for a line that is not one of the log's.
var ErrLog = errors.New("not a line of a release log")

const maxLogLine = 1 << 16

// ReadLog reads a release log. An error names the line.
func ReadLog(r io.Reader) ([]Sent, error) {
	var all []Sent
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLogLine)
	n := 1
	for ; lines.Scan(); n++ {
		var s Sent
		dec := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		if err := dec.Decode(&s); err != nil || s.Recipient == "" || s.SHA256 == "" || dec.More() {
			return nil, fmt.Errorf("line %d: %w", n, ErrLog)
		}
		all = append(all, s)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", n, err)
	}
	return all, nil
}
