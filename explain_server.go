package whimbrel

import (
	"errors"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/journal"
	"github.com/whimbreldb/whimbrel/runner"
	"github.com/whimbreldb/whimbrel/schema"
)

// explainServer explains a failure of a database that is on a server. What a
// statement fails with because of itself is left to the caller.
func explainServer(d schema.Dialect, class dialect.Class, err error) *Error {
	said := saidBy(err)
	if d == schema.Postgres && strings.Contains(said, "during recovery") { // 0A000, feature not supported (PostgreSQL 15)
		class = dialect.ReadOnly
	}
	switch class {
	case dialect.Busy:
		return &Error{
			Code: Locked, Msg: "the database is locked by another session", Detail: []string{said},
			Hint: []string{"Wait for the other session, or look for one that hangs."},
		}
	case dialect.ReadOnly:
		return &Error{Code: ReadOnly, Msg: "the database cannot be written", Detail: []string{said}, Hint: []string{readOnly(d, said)}}
	case dialect.Denied:
		return &Error{Code: NoPermission, Msg: "the user of the database may not do that", Detail: []string{said}, Hint: allow(d, said)}
	case dialect.Unreachable, dialect.NotADatabase:
		return &Error{
			Code: Unreachable, Msg: "the database cannot be reached", Detail: []string{said},
			Hint: []string{"Look whether the server runs, and whether host, port, user, password and database are right."},
		}
	case dialect.Refused, dialect.Lost, dialect.Interrupted, dialect.OtherFailure:
	}
	return nil
}

// saidBy returns what the server said, without what we know of the place.
func saidBy(err error) string {
	var stmt *runner.StmtError
	if errors.As(err, &stmt) && stmt.Err != nil {
		err = stmt.Err
	}
	return err.Error()
}

// readOnly says why a server may let nobody write.
func readOnly(d schema.Dialect, said string) string {
	switch {
	case d != schema.Postgres:
		return "The server has read_only on, as a replica has, or the session: connect to the server that can be written."
	case strings.Contains(said, "standby"), strings.Contains(said, "during recovery"):
		return "Connect to the primary. With all hosts in the URL, target_session_attrs=read-write finds it. " +
			"A comparison needs it too: what the revisions say is built there, and rolled back."
	}
	return "default_transaction_read_only is on, for the server, the database or the user."
}

// allow says how a user may be allowed what was refused.
func allow(d schema.Dialect, said string) []string {
	switch {
	case d != schema.Postgres:
		return []string{
			"to allow all that migrations need, as an administrator: GRANT ALL ON `DATABASE`.* TO 'USER'@'HOST'",
		}
	case strings.Contains(said, journal.VersionTable), strings.Contains(said, journal.Table):
		return []string{
			"The tables " + journal.VersionTable + " and " + journal.Table + " belong to somebody else: migrate as their owner, or",
			"to allow it, as their owner: GRANT SELECT, INSERT, UPDATE, DELETE ON " + journal.VersionTable + ", " + journal.Table + " TO USER",
		}
	case strings.Contains(said, "must be owner"):
		return []string{"Only the owner of a table may change it: migrate as the owner. to make another one the owner: ALTER TABLE … OWNER TO USER"}
	case strings.Contains(said, "for schema"):
		return []string{
			"to allow it, as the owner of the schema: GRANT USAGE, CREATE ON SCHEMA … TO USER",
			"Since PostgreSQL 15 nobody but the owner of the database may create tables in the schema public.",
		}
	}
	return []string{"Ask the owner of the database for the right, or migrate as the owner."}
}
