package voterfile

import (
	"io"

	"rollcheck/rollindex/voterfile/internal/tables"
)

// input returns the member for a reader of tables.
func (m *member) input() tables.Input {
	return tables.Input{
		Open: func() (io.ReadCloser, error) {
			p := &pipeline{ahead: true}
			r, err := m.file.open(m.node, p)
			if err != nil {
				p.close()
				return nil, err
			}
			return readCloser{r, closeFunc(p.close)}, nil
		},
		At:   m.node.at,
		Size: m.size(),
	}
}
