package mysql

import (
	"context"
	"errors"
	"strings"

	drivermysql "github.com/go-sql-driver/mysql"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/connect"
)

// explain says why a MySQL or MariaDB did not let us in.
func (c *connector) explain(ctx context.Context, err error) error {
	var server *drivermysql.MySQLError
	if errors.As(err, &server) {
		return c.explainServer(err, server)
	}
	switch {
	case errors.Is(err, drivermysql.ErrNoTLS):
		return connect.Refused(whimbrel.BadTLS, "the server does no TLS, and the URL asks for it", c.shown, err,
			"to do without, where the network is trusted: ssl-mode=PREFERRED or ssl-mode=DISABLED in the URL")
	case errors.Is(err, drivermysql.ErrUnknownPlugin), errors.Is(err, drivermysql.ErrCleartextPassword),
		errors.Is(err, drivermysql.ErrNativePassword), errors.Is(err, drivermysql.ErrOldPassword):
		return connect.Refused(whimbrel.AccessDenied, "the driver does not know how the server wants user "+c.config.User+" to log in", c.shown, err)
	case errors.Is(err, drivermysql.ErrOldProtocol):
		return connect.Refused(whimbrel.TooOld, "the server is too old", c.shown, err)
	}
	if e := connect.MySQL.Network(err, c.shown, c.config.Addr); e != nil {
		return e
	}
	if e := connect.MySQL.Stranger(ctx, err, c.shown, c.config.Net, c.config.Addr); e != nil {
		return e
	}
	return connect.Refused(whimbrel.Unreachable, "the server does not let anybody in", c.shown, err)
}

// explainServer explains what the server itself said: its numbers are in the
// error reference of its manual.
func (c *connector) explainServer(err error, server *drivermysql.MySQLError) error {
	user := c.config.User
	switch server.Number {
	case 1045, 1698: // ER_ACCESS_DENIED_ERROR, ER_ACCESS_DENIED_NO_PASSWORD_ERROR
		e := connect.Refused(whimbrel.AccessDenied, "the server does not let user "+user+" in", c.shown, err)
		if c.password.Given() {
			e.Hint = []string{"Wrong user or password. Look where the password is from: the URL, then ~/.my.cnf, then MYSQL_PWD. In a URL, @ : / ? # % are written as %XX."}
		} else {
			e.Hint = []string{"No password was given. It can be in ~/.my.cnf ([client], password=…), in MYSQL_PWD, or in the URL."}
		}
		if c.config.TLS == nil {
			e.Hint = append(e.Hint, "A user that may only come with TLS is refused in the same words: ssl-mode=REQUIRED in the URL.")
		}
		return e
	case 1130, 1129: // ER_HOST_NOT_PRIVILEGED, ER_HOST_IS_BLOCKED
		return connect.Refused(whimbrel.AccessDenied, "the server lets nobody in from this host", c.shown, err)
	case 1820, 1862, 3118: // ER_MUST_CHANGE_PASSWORD, ER_MUST_CHANGE_PASSWORD_LOGIN, ER_ACCOUNT_HAS_BEEN_LOCKED
		return connect.Refused(whimbrel.AccessDenied, "the account of user "+user+" is locked, or its password has expired", c.shown, err)
	case 1044: // ER_DBACCESS_DENIED_ERROR: also where the database does not exist, which is told only to who may know
		return connect.Refused(whimbrel.NoPermission, "user "+user+" has no right to the database "+c.config.DBName+", or it does not exist", c.shown, err,
			"to allow it, as an administrator: GRANT ALL ON "+connect.QuoteName(c.config.DBName, "`")+".* TO "+account(server.Message, user))
	case 1049: // ER_BAD_DB_ERROR
		return connect.Refused(whimbrel.Unreachable, "the database does not exist on the server: "+c.config.DBName, c.shown, err,
			"to make it, on the server: CREATE DATABASE "+connect.QuoteName(c.config.DBName, "`")+" CHARACTER SET utf8mb4")
	case 3159: // ER_SECURE_TRANSPORT_REQUIRED
		return connect.Refused(whimbrel.BadTLS, "the server wants TLS, and the URL does without", c.shown, err, "in the URL: ssl-mode=REQUIRED")
	case 1193, 1231, 1232, 1064, 1115, 1273: // unknown variable, wrong value or type, unknown charset, collation
		return connect.Refused(whimbrel.BadDatabase, "the server does not take an option of the URL", c.shown, err,
			"What is not an option of the driver is set as a variable of the session; a text needs quotes: sql_mode=%27ANSI%27")
	case 1040, 1203, 1226, 1053: // too many connections; shutting down
		return connect.Refused(whimbrel.Unreachable, "the server lets nobody in at the moment", c.shown, err)
	}
	return connect.Refused(whimbrel.Unreachable, "the server does not let anybody in", c.shown, err)
}

// account returns the account that a message of the server names: 'shop'@'%'.
func account(message, user string) string {
	if _, after, ok := strings.Cut(message, "for user "); ok {
		if name, _, ok := strings.Cut(after, " to "); ok {
			return name
		}
	}
	return connect.QuoteName(user, "'")
}
