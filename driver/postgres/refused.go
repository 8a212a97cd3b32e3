package postgres

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/connect"
	"github.com/whimbreldb/whimbrel/internal/dial"
	"github.com/whimbreldb/whimbrel/internal/near"
	"github.com/whimbreldb/whimbrel/internal/shellword"
)

// explain says why a PostgreSQL did not let us in.
func (c *connector) explain(ctx context.Context, err error) error {
	var server *pgconn.PgError
	if errors.As(err, &server) {
		return c.explainServer(err, server)
	}
	switch {
	case errors.Is(err, pgconn.ErrReadOnlyConnection), errors.Is(err, pgconn.ErrReadWriteConnection),
		errors.Is(err, pgconn.ErrPrimaryConnection), errors.Is(err, pgconn.ErrStandbyConnection):
		return connect.Refused(whimbrel.Unreachable, "no server of the URL is of the kind that target_session_attrs asks for", c.shown, err)
	}
	network, address := pgconn.NetworkAddress(c.config.Host, c.config.Port)
	where := strings.Join(hostsOf(c.config), ", ")
	if e := connect.Postgres.Network(err, c.shown, where); e != nil {
		return e
	}
	if e := connect.Postgres.Stranger(ctx, err, c.shown, network, address); e != nil {
		return e
	}
	if dial.TLS(err) == dial.Unwanted {
		return connect.Refused(whimbrel.BadTLS, "the server does no TLS, and the URL asks for it", c.shown, err,
			"to do without, where the network is trusted: sslmode=prefer or sslmode=disable in the URL")
	}
	return connect.Refused(whimbrel.Unreachable, "the server does not let anybody in", c.shown, err)
}

// explainServer explains what the server itself said: what the codes mean is in
// appendix A of its manual.
func (c *connector) explainServer(err error, server *pgconn.PgError) error {
	switch server.Code {
	case "28P01":
		msg := "the server does not take this user with this password: " + c.config.User
		if !c.password.Given() {
			msg = "the server wants a password of user " + c.config.User + ", and none was given"
		}
		return connect.Refused(whimbrel.AccessDenied, msg, c.shown, err, c.passwordHint()...)
	case "28000":
		e := connect.Refused(whimbrel.AccessDenied, "the server does not let user "+c.config.User+" in", c.shown, err)
		switch {
		case strings.Contains(server.Message, "does not exist"):
			e.Hint = []string{"to make the user, as a superuser: createuser --pwprompt " + c.config.User}
		case strings.Contains(server.Message, "not permitted to log in"):
			e.Hint = []string{"to permit it, as a superuser: ALTER ROLE " + connect.QuoteName(c.config.User, `"`) + " LOGIN"}
		case strings.Contains(server.Message, "no encryption"), strings.Contains(server.Message, "SSL off"):
			e.Hint = []string{"The server may want TLS: sslmode=require in the URL. Else a line for this user and host is missing in pg_hba.conf."}
		default:
			e.Hint = []string{"Who may log in, from where and how, is in the server's pg_hba.conf."}
		}
		return e
	case "3D000":
		return connect.Refused(whimbrel.Unreachable, "the database does not exist on the server: "+c.config.Database, c.shown, err,
			"to make it: "+c.createdb())
	case "42501":
		return connect.Refused(whimbrel.NoPermission, "user "+c.config.User+" may not connect to the database", c.shown, err,
			"to allow it, as the owner of the database: GRANT CONNECT ON DATABASE "+connect.QuoteName(c.config.Database, `"`)+" TO "+connect.QuoteName(c.config.User, `"`))
	case "42704", "22023", "42601", "22P02":
		return connect.Refused(whimbrel.BadDatabase, "the server does not take an option of the URL", c.shown, err,
			append(c.optionMeant(server.Message), "What is not an option of the connection is sent to the server as a setting.")...)
	case "53300", "53400", "57P03", "57P01", "57P02":
		return connect.Refused(whimbrel.Unreachable, "the server lets nobody in at the moment", c.shown, err)
	}
	return connect.Refused(whimbrel.Unreachable, "the server does not let anybody in", c.shown, err)
}

// connectionOptions are the options of a URL that the server does not see, and
// the settings that are given most.
var connectionOptions = []string{
	"sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslsni", "sslnegotiation", "connect_timeout", "target_session_attrs",
	"default_query_exec_mode", "application_name", "search_path", "statement_timeout", "lock_timeout", "timezone", "client_encoding",
}

// optionMeant says which option one was meant to be that the server refuses by
// its name.
func (c *connector) optionMeant(said string) []string {
	for name := range c.config.RuntimeParams {
		if !strings.Contains(said, `"`+name+`"`) {
			continue
		}
		best, limit := "", 3
		for _, o := range connectionOptions {
			if d := near.Distance(strings.ToLower(name), o, limit); d < limit && d > 0 {
				best, limit = o, d
			}
		}
		if best != "" {
			return []string{"did you mean: " + best}
		}
	}
	return nil
}

func (c *connector) passwordHint() []string {
	if c.password.Given() {
		return []string{"Look where it is from: the URL, then PGPASSWORD, then ~/.pgpass. In a URL, @ : / ? # % are written as %XX."}
	}
	return []string{"No password was given. It can be in PGPASSWORD, in ~/.pgpass (host:port:database:user:password), or in the URL."}
}

// createdb returns the command that makes the database.
func (c *connector) createdb() string {
	return "createdb -h " + shellword.Quote(c.config.Host) + " -p " + strconv.Itoa(int(c.config.Port)) + " -U " + shellword.Quote(c.config.User) + " " + shellword.Quote(c.config.Database)
}
