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

// AppendRelease appends the lines of a release to the log, which is made if it is not
// there. They are written in one piece and synced: after a crash they are there, or the
// log ends in a piece of them, of which [ReadLog] reports a line that is not whole.
func AppendRelease(path string, sent ...Sent) (err error) {
	if len(sent) == 0 {
		return nil
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("writing the release log: %w", err)
	}
	lines, err := ended(f)
	for i := 0; i < len(sent) && err == nil; i++ {
		var line []byte
		line, err = json.Marshal(sent[i])
		lines = append(append(lines, line...), '\n')
	}
	if err == nil {
		_, err = f.Write(lines)
	}
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

// ended returns what the last line of a log lacks: its end, if somebody wrote it by hand
// or a crash cut it off.
func ended(f *os.File) ([]byte, error) {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return nil, err
	}
	var last [1]byte
	if _, err := f.ReadAt(last[:], info.Size()-1); err != nil || last[0] == '\n' {
		return nil, err
	}
	return []byte{'\n'}, nil
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
