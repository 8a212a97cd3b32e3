package bunmodel

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/uptrace/bun/dialect/feature"
	bs "github.com/uptrace/bun/schema"

	"github.com/whimbreldb/whimbrel/bunmodel/internal/offline"
)

// asksLater is Bun's dialect for MySQL, which asks the server for its version in
// Init, that is when it is opened, prints where nobody answers, and never asks
// again. Here the first query asks that depends on it.
type asksLater struct {
	bs.Dialect
	pool *sql.DB

	mu    sync.Mutex
	known bool
	more  feature.Feature // what the version adds
	wait  int             // how often not to ask, after nobody answered
}

// versionWait is how long the server has for its version.
const versionWait = 5 * time.Second

// Init does nothing.
func (d *asksLater) Init(*sql.DB) {}

// Features returns what queries may use. Where the server does not answer, the
// query that is being written will say so; the next ones do not wait for the same
// answer as well.
func (d *asksLater) Features() feature.Feature {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.known:
	case d.wait > 0:
		d.wait--
	default:
		ctx, cancel := context.WithTimeout(context.Background(), versionWait)
		defer cancel()
		var version string
		if err := d.pool.QueryRowContext(ctx, "SELECT version()").Scan(&version); err != nil {
			d.wait = 32
			break
		}
		d.known, d.more = true, versionFeatures(version)
	}
	return d.Dialect.Features() | d.more
}

// versionFeatures returns what Bun's dialect takes from the version of a server.
func versionFeatures(version string) feature.Feature {
	number, _, _ := strings.Cut(version, "-")
	at := func(major, minor, patch int) bool {
		var have [3]int
		for i, part := range strings.SplitN(number, ".", 3) {
			have[i], _ = strconv.Atoi(part)
		}
		for i, want := range []int{major, minor, patch} {
			if have[i] != want {
				return have[i] > want
			}
		}
		return true
	}
	var names []string
	if strings.Contains(version, "MariaDB") {
		names = append(names, "CreateIndexIfNotExists")
		if at(10, 0, 5) {
			names = append(names, "DeleteReturning")
		}
		if at(10, 5, 0) {
			names = append(names, "InsertReturning")
		}
		return offline.Features(names...)
	}
	if at(8, 0, 0) {
		names = append(names, "CTE", "WithValues")
	}
	if at(8, 0, 16) {
		names = append(names, "DeleteTableAlias")
	}
	return offline.Features(names...)
}
