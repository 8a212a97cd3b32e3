// Package sqlite is the driver of SQLite: an app that is given it can open
// sqlite: URLs. It is modernc.org/sqlite, which needs no cgo, with the options
// that make it right.
//
//	a := app.New("shop", config, sqlite.Driver{})
package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	driversqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/internal/connect"
	"github.com/whimbreldb/whimbrel/schema"
)

// oldest is the oldest SQLite that is supported.
const oldest = "3.35"

// memories counts the databases in memory, so that each has a name of its own:
// SQLite knows them by name in the whole process, whoever has opened them.
var memories atomic.Int64

// A Driver opens sqlite: URLs. It has no state.
type Driver struct{}

// Name implements the driver of an app.
func (Driver) Name() string { return "sqlite" }

// Open implements the driver of an app. It opens nothing yet.
func (Driver) Open(r connect.Request) (connect.Database, error) {
	loc, err := locate(strings.TrimPrefix(r.URL, "sqlite:"), r.Instance)
	if err != nil {
		return connect.Database{}, err
	}
	c, err := newConnector(loc, r.Instance, r.Name)
	return connect.Database{
		Dialect: schema.SQLite, Shown: loc.String(), Connector: c, Missing: c.missing,
		// What is compiled in can do more than what a script may meet elsewhere.
		Here: sqlite.New(sqlite3.SQLITE_VERSION), Script: sqlite.New(oldest),
	}, err
}

// A location is where a SQLite database is.
type location struct {
	path   string // absolute; "" for memory
	memory bool
	inside bool // path is relative to the instance folder, which is ours to make
}

// String is how people find the database: its path.
func (l location) String() string {
	if l.memory {
		return "in memory"
	}
	return l.path
}

// locate reads what follows sqlite:. What follows the three slashes is a path as
// it is: no character in it has a meaning, so that every file has a URL.
func locate(rest, instance string) (location, error) {
	if rest == "//" || rest == "///:memory:" {
		return location{memory: true}, nil
	}
	path, ok := strings.CutPrefix(rest, "///")
	switch {
	case !ok && strings.HasPrefix(rest, "//"):
		return location{}, connect.Bad("two slashes name a server, and SQLite has none")
	case !ok:
		return location{}, connect.Bad("three slashes must follow sqlite:")
	case path == "":
		return location{}, connect.Bad("the file name is missing")
	case strings.ContainsRune(path, 0):
		return location{}, connect.Bad("a path cannot hold a NUL byte")
	case hasOptions(path):
		return location{}, connect.Bad("options after ? are not supported")
	case strings.HasSuffix(path, "/"):
		return location{}, connect.Bad("it names a folder")
	}
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return location{path: filepath.Clean(path)}, nil
	}
	return location{path: filepath.Join(instance, path), inside: true}, nil
}

// hasOptions reports whether a path ends in something that was surely meant as
// options: ?name=value. A file of such a name would be made in silence.
func hasOptions(path string) bool {
	_, query, ok := strings.Cut(path, "?")
	name, _, eq := strings.Cut(query, "=")
	return ok && eq && name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") == ""
}

// options are what makes the driver right (modernc.org/sqlite 1.58 seen):
// without them times are written in a form that SQLite cannot read, foreign
// keys are not enforced, a second writer fails at once instead of waiting, and
// two transactions that read first and write later fail both.
// _error_rc keeps "out of memory" out of the message of a file that is missing.
const options = "_time_format=sqlite&_txlock=immediate&_error_rc=1" +
	"&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)"

// A connector opens connections to one database, and makes the file when the
// first one is wanted: nothing is made before somebody queries.
type connector struct {
	loc      location
	instance string
	base     driver.Connector

	mu   sync.Mutex
	keep driver.Conn // keeps a database in memory alive
}

// newConnector returns the connector of a location.
func newConnector(loc location, instance, name string) (*connector, error) {
	base, err := driversqlite.NewConnector(dsn(loc, name))
	return &connector{loc: loc, instance: instance, base: base}, err
}

// dsn returns a URI, in which every character of a path can be written.
func dsn(loc location, name string) string {
	if loc.memory {
		id := name + "-" + strconv.FormatInt(memories.Add(1), 10)
		// A name that starts with a slash is shared by all connections of the
		// process, under SQLite's usual locks.
		return "file:/" + url.PathEscape(id) + "?vfs=memdb&" + options
	}
	path := filepath.ToSlash(loc.path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/… on Windows
	}
	return "file://" + strings.ReplaceAll(url.PathEscape(path), "%2F", "/") + "?" + options
}

// missing reports whether there is no file yet.
func (c *connector) missing() bool {
	if c.loc.memory {
		return false
	}
	_, err := os.Stat(c.loc.path)
	return errors.Is(err, fs.ErrNotExist)
}

// Connect implements driver.Connector.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.loc.memory {
		if c.keep == nil {
			keep, err := c.base.Connect(ctx)
			if err != nil {
				return nil, err
			}
			c.keep = keep
		}
		return c.base.Connect(ctx)
	}
	if err := c.look(); err != nil {
		return nil, err
	}
	fresh := c.missing()
	if fresh {
		if err := c.makeFolder(); err != nil {
			return nil, err
		}
	}
	conn, err := c.base.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if fresh {
		err = execOn(ctx, conn, "PRAGMA journal_mode = WAL")
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// Driver implements driver.Connector.
func (c *connector) Driver() driver.Driver { return c.base.Driver() }

// Close implements io.Closer: sql.DB.Close calls it.
func (c *connector) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keep == nil {
		return nil
	}
	err := c.keep.Close()
	c.keep = nil
	return err
}

var _ io.Closer = (*connector)(nil)

// look says what is wrong with the path in better words than SQLite, which has
// one sentence for all of it.
func (c *connector) look() error {
	info, err := os.Stat(c.loc.path)
	switch {
	case err == nil && info.IsDir():
		return unreachable("it is a directory", c.loc.path, nil)
	case err == nil && !info.Mode().IsRegular(): // a pipe, a device
		return unreachable("it is no file", c.loc.path, nil)
	case errors.Is(err, fs.ErrNotExist) && !c.loc.inside:
		if _, err := os.Stat(filepath.Dir(c.loc.path)); err != nil {
			return unreachable("its folder does not exist", c.loc.path, err)
		}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return unreachable(connect.Reason(err), c.loc.path, err)
	case err == nil && info.Size() > 0:
		return checkHeader(c.loc.path)
	}
	return nil
}

// header is what every SQLite file starts with.
const header = "SQLite format 3\x00"

// checkHeader refuses a file that is something else. SQLite refuses most of
// them too, but takes a file of a few bytes for an empty database, and writes
// over it (3.53 seen).
func checkHeader(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return unreachable(connect.Reason(err), path, err)
	}
	defer f.Close()
	b := make([]byte, len(header))
	if _, err := io.ReadFull(f, b); err == nil && string(b) == header {
		return nil
	} else if err != nil && err != io.ErrUnexpectedEOF {
		return unreachable(connect.Reason(err), path, err)
	}
	return &whimbrel.Error{
		Code: whimbrel.NotADatabase, Msg: "the file is not a SQLite database",
		Detail: []string{"database: " + path},
	}
}

func unreachable(why, path string, err error) error {
	return &whimbrel.Error{
		Code: whimbrel.Unreachable, Msg: "the database cannot be opened: " + why,
		Detail: []string{"database: " + path}, Err: err,
		Hint: []string{
			"Look whether the path is the right one, and what is in the way.",
			"In a URL, sqlite:///FILE is in the instance folder, and sqlite:////FILE anywhere.",
		},
	}
}

// makeFolder makes the folder of a database in the instance folder. What is in
// there is data of this machine, so git is told to leave it alone.
func (c *connector) makeFolder() error {
	if !c.loc.inside {
		return nil
	}
	_, err := os.Stat(c.instance)
	fresh := errors.Is(err, fs.ErrNotExist)
	if err := os.MkdirAll(filepath.Dir(c.loc.path), 0o755); err != nil {
		return unreachable("its folder cannot be made: "+connect.Reason(err), c.loc.path, err)
	}
	if _, err := os.Stat(c.instance); !fresh || err != nil { // the path leads out of it
		return nil //nolint:nilerr // there is no folder to ignore
	}
	ignore := filepath.Join(c.instance, ".gitignore")
	err = os.WriteFile(ignore, []byte("# Data of this machine.\n*\n"), 0o644)
	if err != nil {
		return unreachable("its folder cannot be written: "+connect.Reason(err), c.loc.path, err)
	}
	return nil
}

// execOn runs one statement on a connection that the pool does not have yet.
func execOn(ctx context.Context, conn driver.Conn, query string) error {
	_, err := conn.(driver.ExecerContext).ExecContext(ctx, query, nil)
	return err
}
