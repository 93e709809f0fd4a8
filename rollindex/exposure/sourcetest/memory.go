// Package sourcetest holds a Source in memory and the tests that every
// [exposure.Source] passes.
package sourcetest

import (
	"context"
	"slices"

	"rollcheck/hashing"
	"rollcheck/rollindex/exposure"
)

// Row is a record of a dataset, as far as a source sees it: its match keys and
// what it held.
type Row struct {
	Dataset string // id
	Keys    []exposure.Input
	Mask    hashing.Mask
}

// NewRow returns the row of a person's canonical details with every key they
// allow.
func NewRow(dataset string, d *hashing.Details, mask hashing.Mask) Row {
	r := Row{Dataset: dataset, Mask: mask}
	for _, t := range hashing.KeyTypes() {
		if x, ok := d.AppendKey(nil, t); ok {
			r.Keys = append(r.Keys, exposure.Input{Type: t, X: x})
		}
	}
	return r
}

// Memory is a source in memory, for tests. It is safe for concurrent use once
// filled.
type Memory struct {
	infos   []hashing.DatasetInfo
	entries []map[string]hashing.Mask // by type and input
	broken  []string
	damaged []map[string]bool
}

// NewMemory returns a source of the rows. Datasets stand in the order of their
// ids; their counts are those of the rows.
func NewMemory(rows ...Row) *Memory {
	m := &Memory{}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.Dataset)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		m.infos = append(m.infos, hashing.DatasetInfo{
			ID: id, Generation: 1, Kind: hashing.Leak, KeyRows: make(map[string]int64), Skipped: make(map[string]int64),
			Canonical: hashing.Version,
		})
		m.entries = append(m.entries, make(map[string]hashing.Mask))
		m.damaged = append(m.damaged, make(map[string]bool))
	}
	m.broken = make([]string, len(m.infos))
	for _, r := range rows {
		m.add(r)
	}
	return m
}

func (m *Memory) add(r Row) {
	i := m.index(r.Dataset)
	info := &m.infos[i]
	if info.Rows++; len(r.Keys) == 0 {
		info.Keyless++
		return
	}
	info.Indexed++
	for _, in := range r.Keys {
		k := key(in)
		info.KeyRows[in.Type.String()]++
		if old, ok := m.entries[i][k]; ok {
			m.entries[i][k] = old.Merge(r.Mask)
			continue
		}
		m.entries[i][k] = r.Mask
		info.Tags++
	}
}

func (m *Memory) index(id string) int {
	return slices.IndexFunc(m.infos, func(d hashing.DatasetInfo) bool { return d.ID == id })
}

// Info returns the description of a dataset, to be changed before the source
// is used.
func (m *Memory) Info(id string) *hashing.DatasetInfo { return &m.infos[m.index(id)] }

// Break makes a dataset unreadable.
func (m *Memory) Break(id, why string) { m.broken[m.index(id)] = why }

// Damage makes the place of one key in a dataset unreadable.
func (m *Memory) Damage(id string, in exposure.Input) { m.damaged[m.index(id)][key(in)] = true }

// Datasets implements [exposure.Source].
func (m *Memory) Datasets() []hashing.DatasetInfo { return m.infos }

// Unreadable implements [exposure.Source].
func (m *Memory) Unreadable(dataset int) string { return m.broken[dataset] }

// Search implements [exposure.Source].
func (m *Memory) Search(ctx context.Context, inputs []exposure.Input, yield func(exposure.Result)) error {
	var buf []byte
	for i, in := range inputs {
		buf = append(append(buf[:0], byte(in.Type)), in.X...)
		for d := range m.infos {
			if m.broken[d] != "" {
				continue
			}
			if m.damaged[d][string(buf)] {
				yield(exposure.Result{Input: i, Dataset: d, Damaged: true})
			} else if mask, ok := m.entries[d][string(buf)]; ok {
				yield(exposure.Result{Input: i, Dataset: d, Mask: mask})
			}
		}
	}
	return ctx.Err()
}

func key(in exposure.Input) string { return string(byte(in.Type)) + string(in.X) }
