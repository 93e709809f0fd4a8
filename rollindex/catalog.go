package rollindex

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/mattn/go-sqlite3"

	"rollcheck/hashing"
)

// formatVersion is the version of the index's files; see FORMAT.md.
const formatVersion = 1

// catalogLimit bounds index.db, which is read whole: 64 MiB is room for tens of
// thousands of datasets.
const catalogLimit = 64 << 20

const catalogSchema = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE dataset (id TEXT PRIMARY KEY, file TEXT NOT NULL, bytes INTEGER NOT NULL, seal INTEGER NOT NULL, info TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE generation (id TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;`

// write replaces index.db by one that holds c: a new file, sealed, synced and
// renamed over the old one. The rename is the commit of whatever changed.
func (c *catalog) write(dir string) (err error) {
	tmp, err := newDatabase(dir)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(tmp)
		}
	}()
	if err := c.fill(tmp); err != nil {
		return fullDisk(err)
	}
	_, _, err = sealAndPublish(tmp, filepath.Join(dir, catalogName))
	return err
}

func (c *catalog) fill(path string) (err error) {
	db, err := openDatabase(path, "_journal_mode=OFF&_synchronous=OFF")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.exec("BEGIN;" + catalogSchema); err != nil {
		return err
	}
	meta := [][2]driver.Value{
		{"format", int64(formatVersion)}, {"canonical", hashing.Version}, {"scheme", string(c.scheme)},
		{"salt", c.salt[:]}, {"check", c.check[:]},
	}
	if c.scheme == hashing.Served {
		meta = append(meta, [2]driver.Value{"epoch", c.epoch})
	}
	if c.suppressed != nil {
		meta = append(meta, [2]driver.Value{"suppressed", c.suppressed})
	}
	for _, kv := range meta {
		if err := db.exec("INSERT INTO meta VALUES (?, ?)", kv[0], kv[1]); err != nil {
			return err
		}
	}
	for i := range c.datasets {
		l := &c.datasets[i]
		info, err := json.Marshal(l.info)
		if err != nil {
			return err
		}
		if err := db.exec("INSERT INTO dataset VALUES (?, ?, ?, ?, ?)",
			l.info.ID, l.file, l.size, int64(l.seal), string(info)); err != nil {
			return err
		}
	}
	for id, last := range c.generations {
		if err := db.exec("INSERT INTO generation VALUES (?, ?)", id, int64(last)); err != nil {
			return err
		}
	}
	return db.exec("COMMIT")
}

// readCatalog reads index.db after checking its seal.
func readCatalog(dir string) (*catalog, error) {
	path := filepath.Join(dir, catalogName)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoIndex, dir)
	} else if err != nil {
		return nil, fmt.Errorf("opening the index: %w", err)
	}
	defer f.Close()
	if err := checkSeal(f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	// The file is opened again by name: it may have been replaced meanwhile, by
	// one that was whole before it got that name.
	db, err := openDatabase(path, "mode=ro&immutable=1&_query_only=1")
	if err != nil {
		return nil, fmt.Errorf("opening the index: %w", err)
	}
	defer db.Close()
	c := &catalog{generations: map[string]uint32{}}
	if err := c.load(db); err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return c, nil
}

func checkSeal(f *os.File) error {
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if st.Size() < headerSize || st.Size() > catalogLimit {
		return fmt.Errorf("%w: it is %d bytes long", ErrDamaged, st.Size())
	}
	want, err := storedSeal(f)
	if err != nil {
		return err
	}
	got, err := fileSeal(f, st.Size())
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("%w: its bytes do not match its seal", ErrDamaged)
	}
	return nil
}

func (c *catalog) load(db *database) error {
	meta := map[string]driver.Value{}
	err := db.query("SELECT key, value FROM meta", func(v []driver.Value) error {
		meta[asString(v[0])] = v[1]
		return nil
	})
	if err != nil {
		return err
	}
	salt, _ := meta["salt"].([]byte)
	check, _ := meta["check"].([]byte)
	c.scheme, c.epoch = hashing.Scheme(asString(meta["scheme"])), asString(meta["epoch"])
	switch {
	case meta["format"] != int64(formatVersion), asString(meta["canonical"]) != hashing.Version, !c.scheme.Valid():
		return ErrFormat
	case len(salt) != len(c.salt) || len(check) != len(c.check):
		return fmt.Errorf("%w: no salt or key check", ErrDamaged)
	case (c.scheme == hashing.Served) != (c.epoch != ""):
		return fmt.Errorf("%w: no epoch of the keys, or one without keys", ErrDamaged)
	}
	copy(c.salt[:], salt)
	copy(c.check[:], check)
	c.suppressed, _ = meta["suppressed"].([]byte)
	err = db.query("SELECT id, last FROM generation", func(v []driver.Value) error {
		last, _ := v[1].(int64)
		c.generations[asString(v[0])] = uint32(last)
		return nil
	})
	if err != nil {
		return err
	}
	return db.query("SELECT id, file, bytes, seal, info FROM dataset ORDER BY id", func(v []driver.Value) error {
		l := listed{file: asString(v[1])}
		l.size, _ = v[2].(int64)
		seal, _ := v[3].(int64)
		l.seal = uint32(seal)
		if err := json.Unmarshal([]byte(asString(v[4])), &l.info); err != nil {
			return fmt.Errorf("%w: description of dataset %q: %w", ErrDamaged, asString(v[0]), err)
		}
		if !hashing.ValidDatasetID(l.info.ID) || l.info.ID != asString(v[0]) || l.file != fileName(l.info.ID, l.info.Generation) {
			return fmt.Errorf("%w: row of dataset %q", ErrDamaged, asString(v[0]))
		}
		c.datasets = append(c.datasets, l)
		return nil
	})
}

// fileName returns the name of a dataset's file.
func fileName(id string, generation uint32) string {
	return fmt.Sprintf("%s.%d%s", id, generation, datasetExt)
}

func asString(v driver.Value) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	}
	return ""
}

// newDatabase creates an empty temporary file for a database in dir.
func newDatabase(dir string) (string, error) {
	f, err := os.CreateTemp(dir, tmpPrefix)
	if err != nil {
		return "", err
	}
	return f.Name(), f.Close()
}

// database is one connection to an SQLite file. The driver is used directly:
// files here are written by one goroutine and read by fixed statements, and
// database/sql's pool would only add a lock and a microsecond to each.
type database struct {
	conn *sqlite3.SQLiteConn
}

func openDatabase(path, params string) (*database, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	slashed := filepath.ToSlash(abs)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // C:/...: what follows file:// up to the next slash would be a host
	}
	uri := url.URL{Scheme: "file", Path: slashed, RawQuery: params + "&_mutex=no"}
	conn, err := (&sqlite3.SQLiteDriver{}).Open(uri.String())
	if err != nil {
		return nil, err
	}
	return &database{conn.(*sqlite3.SQLiteConn)}, nil
}

func (db *database) Close() error { return db.conn.Close() }

func (db *database) prepare(query string) (*sqlite3.SQLiteStmt, error) {
	stmt, err := db.conn.Prepare(query)
	if err != nil {
		return nil, err
	}
	return stmt.(*sqlite3.SQLiteStmt), nil
}

func (db *database) exec(query string, args ...driver.Value) error {
	_, err := db.conn.Exec(query, args)
	return err
}

// query calls row with every row of the answer. The values are the row's own.
func (db *database) query(query string, row func([]driver.Value) error, args ...driver.Value) (err error) {
	rows, err := db.conn.Query(query, args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	values := make([]driver.Value, len(rows.Columns()))
	for {
		if err := rows.Next(values); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := row(values); err != nil {
			return err
		}
	}
}

// fullDisk gives a full disk the one error [syscall.ENOSPC], whether the driver
// or the system reports it.
func fullDisk(err error) error {
	var e sqlite3.Error
	if errors.As(err, &e) && e.Code == sqlite3.ErrFull {
		return syscall.ENOSPC
	}
	return err
}
