package whimbrel

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/dial"
	"github.com/whimbreldb/whimbrel/journal"
	"github.com/whimbreldb/whimbrel/runner"
	"github.com/whimbreldb/whimbrel/schema"
)

// explainServer explains a failure of a database that is on a server. What a
// statement fails with because of itself is left to the caller.
func (p *Project) explainServer(class dialect.Class, err error) *Error {
	d := p.dialect()
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
		return &Error{Code: NoPermission, Msg: "the user of the database may not do that", Detail: []string{said}, Hint: p.allow(said)}
	case dialect.Unreachable, dialect.NotADatabase:
		return explainConnect(d, said, err)
	case dialect.Refused:
		if strings.Contains(said, "no schema has been selected") { // 3F000
			a := p.account()
			return &Error{
				Code: NoPermission, Msg: "there is no schema in which the user of the database may create", Detail: []string{said},
				Hint: []string{
					"The search_path names none that is there and may be used: SHOW search_path.",
					"to allow it, as the owner of the schema: GRANT USAGE, CREATE ON SCHEMA " + a.place + " TO " + a.user,
				},
			}
		}
	case dialect.OtherFailure, dialect.Lost, dialect.Interrupted:
	}
	if d != schema.Postgres && hasAny(said, "no database is selected", "Error 1046 ") {
		return &Error{Code: NoDatabase, Msg: "the connection is to no database", Detail: []string{said}, Hint: []string{"Name it in the DSN, behind the /."}}
	}
	return nil
}

// saidBy returns what the server said, without what we know of the place.
func saidBy(err error) string {
	var stmt *runner.StmtError
	if errors.As(err, &stmt) && stmt.Err != nil {
		err = stmt.Err
	}
	return dial.Text(err)
}

// mendRows is for rows that do not allow what the revision wants.
const mendRows = "Mend the rows or the revision file, then run it again."

// detailOf returns what a PostgreSQL has said of an error beside its message,
// such as the key that is there twice. No driver is imported here: the errors of
// pgx (5.12) and of lib/pq have it in a field of that name.
func detailOf(err error) []string {
	var server interface {
		error
		SQLState() string
	}
	if !errors.As(err, &server) {
		return nil
	}
	v := reflect.Indirect(reflect.ValueOf(server))
	if v.Kind() != reflect.Struct {
		return nil
	}
	if f := v.FieldByName("Detail"); f.Kind() == reflect.String {
		return lines(f.String())
	}
	return nil
}

// violates reports whether a statement failed because rows are not as a
// constraint wants them: SQLSTATE 23, and what has another number on MySQL (9)
// and MariaDB (10.11): a check (3819), a NULL where there may be none (1138,
// 1265).
func violates(err error) bool {
	var server interface {
		error
		SQLState() string
	}
	if errors.As(err, &server) {
		return strings.HasPrefix(server.SQLState(), "23")
	}
	return hasAny(err.Error(), " (23000)", "Error 3819 ", "Error 1138 ", "Error 1265 ", "constraint failed")
}

// goesOn is for a statement whose client is gone, and that nobody could stop:
// MySQL 9 and MariaDB 10.11 carry
// it to its end.
const goesOn = "The server may still be working on the statement: it goes on to its end, and nobody else can migrate until then. " +
	"Wait, and look before anything else: whim db current"

// mayGoOn reports whether a statement was given up, and the server not heard of:
// it was not told to stop, or has not done so in time.
func (p *Project) mayGoOn(err error) bool {
	var stopped *runner.StoppedError
	own := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	return own && !errors.As(err, &stopped) && (p.dialect() == schema.MySQL || p.dialect() == schema.MariaDB)
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

// An account is a user of a server, and where statements of theirs go, as SQL
// takes them.
type account struct{ user, place string }

// account asks the server who we are there. It may be the server that refuses:
// then the hints have to do with words in capitals.
func (p *Project) account() account {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	query, a := "SELECT quote_ident(current_user), quote_ident(coalesce(current_schema(), 'public'))", account{"USER", "SCHEMA"}
	if p.dialect() != schema.Postgres {
		query, a = "SELECT CURRENT_USER(), DATABASE()", account{"'USER'@'HOST'", "`DATABASE`"}
	}
	var user, place string
	if p.cfg.DB == nil || p.cfg.DB.QueryRowContext(ctx, query).Scan(&user, &place) != nil {
		return a
	}
	if p.dialect() == schema.Postgres {
		return account{user, place}
	}
	at := strings.LastIndex(user, "@")
	return account{p.cfg.Dialect.Literal(user[:max(at, 0)]) + "@" + p.cfg.Dialect.Literal(user[at+1:]), p.cfg.Dialect.Quote(place)}
}

// allow says how a user may be allowed what was refused.
func (p *Project) allow(said string) []string {
	a := p.account()
	owned, _ := textAfter(said, "must be owner of ")
	kind, name, _ := strings.Cut(owned, " ")
	switch {
	case p.dialect() != schema.Postgres:
		// Who may not enter the database is told who they are.
		if who, ok := textAfter(said, "Access denied for user "); ok {
			if user, place, ok := strings.Cut(who, " to database "); ok {
				a = account{user, p.cfg.Dialect.Quote(strings.Trim(place, "'"))}
			}
		}
		return []string{"to allow all that migrations need, as an administrator: GRANT ALL ON " + a.place + ".* TO " + a.user}
	case strings.Contains(said, journal.VersionTable), strings.Contains(said, journal.Table):
		return []string{
			"The tables " + journal.VersionTable + " and " + journal.Table + " belong to somebody else: migrate as their owner, or",
			"to allow it, as their owner: GRANT SELECT, INSERT, UPDATE, DELETE ON " + journal.VersionTable + ", " + journal.Table + " TO " + a.user,
		}
	case kind == "table" || kind == "view" || kind == "sequence" || kind == "type" || kind == "function":
		return []string{
			"Only its owner may change it: migrate as the owner, or",
			"to make another one the owner, as the owner or a superuser: ALTER " + strings.ToUpper(kind) + " " + quoteWord(name) + " OWNER TO " + a.user,
		}
	case strings.Contains(said, `in database "`): // temporary tables
		name, _ := textAfter(said, `in database "`)
		return []string{"to allow it, as the owner of the database: GRANT TEMPORARY ON DATABASE " + quoteWord(strings.TrimSuffix(name, `"`)) + " TO " + a.user}
	case strings.Contains(said, "for database "):
		name, _ := textAfter(said, "for database ")
		return []string{"to allow it, as the owner of the database: GRANT CREATE ON DATABASE " + quoteWord(name) + " TO " + a.user}
	case owned != "":
		return []string{"Only its owner may change it: migrate as the owner."}
	case strings.Contains(said, "for schema"):
		name, _ := textAfter(said, "for schema ")
		return []string{
			"to allow it, as the owner of the schema: GRANT USAGE, CREATE ON SCHEMA " + quoteWord(name) + " TO " + a.user,
			"Since PostgreSQL 15 nobody but the owner of the database may create tables in the schema public.",
		}
	}
	return []string{"Ask the owner of the database for the right, or migrate as the owner."}
}

// textAfter returns what a message of the server has after mark, up to the SQLSTATE
// that drivers add.
func textAfter(said, mark string) (string, bool) {
	_, rest, ok := strings.Cut(said, mark)
	rest, _, _ = strings.Cut(rest, " (SQLSTATE")
	return rest, ok
}

// quoteWord quotes a name that a message of PostgreSQL has bare, where it has to
// be quoted.
func quoteWord(name string) string {
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == "" && name != "" {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
