// Package postgres is the driver of PostgreSQL: an app that is given it can open
// postgres: and postgresql: URLs. It is github.com/jackc/pgx.
//
//	a := app.New("shop", config, postgres.Driver{})
package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/dialect/postgres"
	"github.com/whimbreldb/whimbrel/internal/connect"
	"github.com/whimbreldb/whimbrel/schema"
)

// A connector opens connections to one PostgreSQL.
type connector struct {
	base     driver.Connector
	shown    string
	config   *pgx.ConnConfig // without the password
	password connect.Secret
}

// A Driver opens postgres: and postgresql: URLs. It has no state.
type Driver struct{}

// Name implements the driver of an app.
func (Driver) Name() string { return "postgres" }

// Open implements the driver of an app. It opens nothing yet.
func (Driver) Open(r connect.Request) (connect.Database, error) {
	u, err := connect.Split(r.URL)
	if err != nil {
		return connect.Database{}, err
	}
	// pgx keeps the URL that it was given: the passwords go another way.
	var options pgx.ParseConfigOptions
	options.GetSSLPassword = func(context.Context) string { return u.Option("sslpassword") }
	config, err := pgx.ParseConfigWithOptions(u.Plain, options)
	if err != nil {
		return connect.Database{}, connect.Bad(withoutURL(err))
	}
	if config.Database == "" {
		// PostgreSQL's own programs would take the name of the user: for many
		// that is postgres, the one database that is nobody's.
		return connect.Database{}, connect.Bad("the name of the database is missing", "for example: "+u.Named(r.Name, config.User), "It can be in PGDATABASE too.")
	}
	c := &connector{config: config}
	for _, password := range []string{u.Password.Text(), u.Option("password"), config.Password} {
		if password != "" && !c.password.Given() {
			c.password = connect.NewSecret(password)
		}
	}
	config.Password = ""
	if config.ConnectTimeout == 0 && u.Option("connect_timeout") == "" {
		config.ConnectTimeout = connect.Timeout
	}
	if u.Option("default_query_exec_mode") == "" {
		config.DefaultQueryExecMode = execMode
	}
	setDefault(config.RuntimeParams, "application_name", r.Name)
	// CURRENT_TIMESTAMP in a column without time zone is then UTC, as it is on
	// SQLite, whatever the server's own zone is.
	setDefault(config.RuntimeParams, "timezone", "UTC")
	// Who interrupts a statement wants it to end in the server too: by itself
	// pgx only closes the connection, and an index would go on being built.
	config.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: cancelTimeout}
	}
	c.shown = shownAs(u.Scheme, config)
	c.base = stdlib.GetConnector(*config, stdlib.OptionBeforeConnect(func(_ context.Context, config *pgx.ConnConfig) error {
		config.Password = c.password.Text()
		return nil
	}))
	oldest := postgres.New("")
	return connect.Database{
		Dialect: schema.Postgres, Shown: c.shown, Connector: c, Script: oldest,
		Here: whimbrel.Server(oldest, postgres.Open),
	}, nil
}

// execMode is how queries with parameters run, unless the URL says otherwise
// (default_query_exec_mode). pgx by default prepares each query once for a
// connection and keeps the plan. When a migration then changes a table, the
// next query on it fails with "cached plan must not change result type", once
// on each connection of each running program, and inside a transaction that is
// the end of the transaction. DescribeExec asks the server for the types each
// time: one round trip more, and nothing to go stale. (Exec saves the round
// trip, but has to guess: a []byte for a jsonb column would be sent as bytea.)
// What has no parameters, as all that migrations execute, goes through the
// simple protocol in every mode (pgx 5.12).
const execMode = pgx.QueryExecModeDescribeExec

// cancelTimeout is how long a statement that was interrupted may take to end.
const cancelTimeout = 5 * time.Second

func setDefault(params map[string]string, name, value string) {
	for key, old := range params {
		if strings.EqualFold(key, name) && old != "" {
			return
		}
	}
	params[name] = value
}

// withoutURL returns what pgx has to say about a URL, without the URL, which it
// repeats in front.
func withoutURL(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, "`: "); i >= 0 {
		text = text[i+len("`: "):]
	}
	if inner, ok := strings.CutPrefix(text, "failed to configure TLS ("); ok {
		text = strings.TrimSuffix(inner, ")")
	}
	return text
}

// shownAs returns how people know a database: where it is really looked
// for, with what the environment adds.
func shownAs(scheme string, config *pgx.ConnConfig) string {
	return scheme + "://" + config.User + "@" + strings.Join(hostsOf(config), ",") + "/" + config.Database
}

// hostsOf returns the servers that are tried, each once.
func hostsOf(config *pgx.ConnConfig) []string {
	var hosts []string
	add := func(host string, port uint16) {
		shown := net.JoinHostPort(host, strconv.Itoa(int(port)))
		if network, path := pgconn.NetworkAddress(host, port); network == "unix" {
			shown = "unix(" + path + ")"
		}
		if len(hosts) == 0 || hosts[len(hosts)-1] != shown { // with TLS and without
			hosts = append(hosts, shown)
		}
	}
	add(config.Host, config.Port)
	for _, f := range config.Fallbacks {
		add(f.Host, f.Port)
	}
	return hosts
}

// Connect implements driver.Connector.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.base.Connect(ctx)
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	// The error of pgx has the configuration in it.
	var failed *pgconn.ConnectError
	if errors.As(err, &failed) {
		err = failed.Unwrap()
	}
	return nil, c.explain(ctx, err)
}

// Driver implements driver.Connector.
func (c *connector) Driver() driver.Driver { return c.base.Driver() }
