// Package whimbrel brings a database from one revision of its schema to
// another, and writes the revisions by comparing models with their history.
//
// Three states are kept apart: M, what the models say; H, the history replayed
// in memory; D, the database. [Project.Migrate] writes M − H and
// [Project.Check] reports it; neither needs a database. [Project.Drift] is
// H − D.
//
// A [Project] is made by [Open]. It owns no connection, starts no goroutine
// that outlives a call (but where a Go step leaves a prepared statement's rows
// open, which nobody else can close: that is an error), prints nothing, reads no
// flag and no environment variable, and never exits.
package whimbrel

import (
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
)

// A Config is what a [Project] works with. Only History is needed by every
// method; what else a method needs is in its comment.
type Config struct {
	// History is the application's history. Required; it may be empty.
	History *op.History
	// Models are the sources of what the database shall be.
	Models []model.Source

	// DB is the database. The caller opens and closes it. It is used by the
	// methods that say so, and one connection at a time.
	DB *sql.DB
	// Dialect is the dialect of DB. Required with DB, and for offline SQL.
	Dialect dialect.Dialect
	// Script is the dialect that offline SQL is written for: of the oldest
	// server that has to take it. Nil: Dialect.
	Script dialect.Dialect
	// Database is how people know the database: a path, or a URL without its
	// secret. It is only shown.
	Database string
	// Missing reports that the database does not exist yet, so that methods
	// which only read need not create it by connecting. Nil: it exists.
	Missing func() bool

	// Dir is the folder of the revision files, for the methods that write one.
	Dir string
	// Others are the models of the program's other databases. They are loaded
	// for their types alone: a struct that is one of them is not forgotten.
	Others []model.Source

	// LockWait is how long to wait for another process that holds the
	// database. 0: ten seconds. Negative: do not wait.
	LockWait time.Duration

	// Now is the clock, for names and dates of revision files. Nil: time.Now.
	Now func() time.Time
	// NewID makes the id of a new revision. Nil: 12 random hexadecimal digits.
	NewID func() string
	// OnEvent is called as a run goes on, from the goroutine of the caller.
	// Nil: nobody wants to know.
	OnEvent func(Event)
}

// An Event is something that happens during a run.
type Event struct {
	Kind     EventKind
	Step     Step          // the revision and its direction
	Index    int           // which step of the run, from 0
	Total    int           // how many steps the run has
	Duration time.Duration // for StepDone

	// For LockAwaited: what a statement waits for, and who holds it, where the
	// server tells.
	Object, Holder string
}

// An EventKind says what happened.
type EventKind int

const (
	StepStarted EventKind = iota
	StepDone
	StepSkipped // another process had done it by the time it was our turn
	LockAwaited // a statement could not get a lock, and is tried again
)

func (c Config) withDefaults() Config {
	if c.LockWait == 0 {
		c.LockWait = 10 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now //nolint:forbidigo // the default clock; everything below takes it as a value
	}
	if c.NewID == nil {
		c.NewID = func() string {
			var b [6]byte
			rand.Read(b[:]) // never fails: crypto/rand
			return hex.EncodeToString(b[:])
		}
	}
	if c.OnEvent == nil {
		c.OnEvent = func(Event) {}
	}
	if c.Missing == nil {
		c.Missing = func() bool { return false }
	}
	return c
}
