package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"rollcheck/data/field"
	"rollcheck/data/layouts"
	"rollcheck/hashing"
	"rollcheck/rollindex"
	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/ingest"
	"rollcheck/rollindex/voterfile"
	"rollcheck/rollindex/voterfile/synth"
)

// noises are the shares of rows with a mistake of the files that are searched.
// They hold the same rows but for the mistakes.
var noises = [...]float64{0, 0.1, 1}

// numFiles is the number of files.
const numFiles = len(noises)

// leaked is the share of the roll that is in the files.
const leaked = 0.5

var (
	fileDay = time.Date(2020, 9, 1, 0, 0, 0, 0, time.UTC)
	askDay  = time.Date(2021, 9, 1, 0, 0, 0, 0, time.UTC)
)

// member is somebody who is in the files.
type member struct {
	truth struct{ First, Last, BirthDate, ZIP, Address string } // on the day of the files
	row   [numFiles]kinds                                       // what their row has wrong
}

// files are leaks made from one roll, indexed.
type files struct {
	index   *rollindex.Index
	infos   [numFiles]*hashing.DatasetInfo
	members map[string]*member // by voter id
}

// slot returns which of the files a dataset is.
func (f *files) slot(id string) int {
	for i, info := range f.infos {
		if info.ID == id {
			return i
		}
	}
	return -1
}

// makeFiles writes the files into the directory and indexes them.
func makeFiles(ctx context.Context, dir string, o *options) (*files, error) {
	var key hashing.Key
	if _, err := rand.Read(key[:]); err != nil {
		return nil, err
	}
	index, err := rollindex.Create(filepath.Join(dir, "index"), &key, hashing.Local)
	if err != nil {
		return nil, err
	}
	f := &files{index: index, members: make(map[string]*member)}
	var people []*member // in the order of the rows
	for i, noise := range noises {
		opts := synth.Options{
			Layout: o.layout, Rows: o.rows, Seed: o.seed, AsOf: fileDay, Sample: leaked, Noise: noise,
			Add: []field.Role{field.RoleEmail},
		}
		path := filepath.Join(dir, fmt.Sprintf("noise-%g", noise))
		truth := func(*exposure.Person) error { return nil }
		if i == 0 {
			truth = func(p *exposure.Person) error {
				m := &member{}
				m.truth.First, m.truth.Last, m.truth.BirthDate, m.truth.ZIP, m.truth.Address = p.First, p.Last, p.BirthDate, p.ZIP, p.Address
				f.members[p.VoterID] = m
				people = append(people, m)
				return nil
			}
		}
		if err := writeRoll(ctx, path, opts, truth); err != nil {
			return nil, errors.Join(err, index.Close())
		}
		if err := f.add(ctx, path, o.layout, i, people); err != nil {
			return nil, errors.Join(err, index.Close())
		}
	}
	infos := index.Datasets()
	for i, noise := range noises {
		for j := range infos {
			if infos[j].ID == datasetID(noise) {
				f.infos[i] = &infos[j]
			}
		}
	}
	return f, nil
}

func datasetID(noise float64) string { return fmt.Sprintf("noise-%d", int(100*noise)) }

// add compares a file with the truth and indexes it.
func (f *files) add(ctx context.Context, path string, layout *layouts.Layout, i int, people []*member) error {
	asOf := hashing.Date{Year: uint16(fileDay.Year()), Month: uint8(fileDay.Month()), Day: uint8(fileDay.Day())}
	if err := compareRows(ctx, path, voterfile.Options{Layout: layout, AsOf: asOf}, i, people); err != nil {
		return err
	}
	_, err := ingest.Run(ctx, f.index, []string{path}, ingest.Options{
		Info: hashing.DatasetInfo{ID: datasetID(noises[i]), Kind: hashing.Leak, AsOf: fileDay.Format(time.DateOnly)},
		AsOf: asOf, Layout: layout, Memory: 128 << 20, Jobs: runtime.GOMAXPROCS(0),
	})
	return errors.Join(err, os.Remove(path))
}

// writeRoll writes a roll to a file and hands the people in it to yield.
func writeRoll(ctx context.Context, path string, opts synth.Options, yield func(*exposure.Person) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(drawPeople(ctx, file, opts, yield), file.Close())
}

// drawPeople writes a roll to w and hands the people in it to yield, row by row.
func drawPeople(ctx context.Context, w io.Writer, opts synth.Options, yield func(*exposure.Person) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	read, write := io.Pipe()
	defer read.Close()
	go func() {
		_, err := synth.Write(ctx, w, write, opts)
		write.CloseWithError(err)
	}()
	decoder, err := exposure.NewDecoder(read, exposure.JSON)
	if err != nil {
		return err
	}
	for {
		var p exposure.Person
		switch err := decoder.Next(&p); err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
		if err := yield(&p); err != nil {
			return err
		}
	}
}

// compareRows notes for every person what their row of file i has wrong.
func compareRows(ctx context.Context, path string, opts voterfile.Options, i int, people []*member) error {
	src, err := voterfile.Open(ctx, []string{path}, opts)
	if err != nil {
		return err
	}
	defer src.Close()
	parser := src.NewParser()
	var truth hashing.Details
	var buf []byte
	row := 0
	for {
		chunk, err := src.Next(buf)
		if err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		parser.Reset(chunk)
		for rec, ok := parser.Next(); ok && row < len(people); rec, ok = parser.Next() {
			m := people[row]
			row++
			if rec.Confidential {
				m.row[i] = rowWithheld
				continue
			}
			details(&truth, &exposure.Person{First: m.truth.First, Last: m.truth.Last, BirthDate: m.truth.BirthDate, ZIP: m.truth.ZIP, Address: m.truth.Address})
			if rec.Kinds.Has(field.BirthYear) { // all that the file ever has
				truth.Birth = hashing.Date{Year: truth.Birth.Year}
			}
			m.row[i] = rowKinds(&rec.Details, &truth)
		}
		buf = chunk.Data[:0]
	}
	if err := src.Err(); err != nil {
		return err
	}
	if skips := parser.Skips(); row != len(people) || skips.Rows != int64(row) {
		return fmt.Errorf("a file of %d people was read as %d rows, %d of them well", len(people), skips.Rows, row)
	}
	return nil
}
