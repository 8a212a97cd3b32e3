package app

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/near"
	"github.com/whimbreldb/whimbrel/schema"
)

// A database is what a URL leads to.
type database struct {
	dialect   schema.Dialect // as far as the URL says it: mysql:// may lead to MariaDB
	shown     string         // how people know it: a path, or a URL without its secrets
	connector driver.Connector
	missing   func() bool     // whether it has still to be made; nil: that is not ours to do
	here      dialect.Dialect // what speaks to it
	script    dialect.Dialect // the oldest server that a script may meet
}

// parse reads a database URL. from says where it was found. Of a URL that cannot
// be used, the dialect is known all the same where its scheme says it.
func parse(raw, from, instance, name string) (database, error) {
	scheme, rest, _ := strings.Cut(raw, ":")
	d := schemes[scheme]
	var (
		db  database
		err error
	)
	if strings.TrimSpace(raw) != raw {
		d = "" // of nothing that is meant so
	}
	switch d {
	case schema.SQLite:
		db, err = openSQLite(rest, instance, name)
	case schema.Postgres:
		db, err = openPostgres(raw, name)
	case schema.MySQL, schema.MariaDB:
		db, err = openMySQL(raw, name)
	default:
		d, err = schema.SQLite, noURL(raw)
	}
	if err != nil {
		return database{dialect: d}, explainURL(err, raw, from)
	}
	return db, nil
}

// schemes says which dialect the scheme of a URL means.
var schemes = map[string]schema.Dialect{
	"sqlite":     schema.SQLite,
	"postgres":   schema.Postgres,
	"postgresql": schema.Postgres,
	"mysql":      schema.MySQL,
	"mariadb":    schema.MariaDB,
}

// A badURL says why a URL cannot be used, in words that hold no part of it that
// could be a secret.
type badURL struct {
	why  string
	hint []string
}

func (e *badURL) Error() string { return e.why }

func bad(why string, hint ...string) error { return &badURL{why, hint} }

// forms are how the URLs of each database look.
var forms = map[schema.Dialect][]string{
	schema.SQLite: {
		"in the instance folder: sqlite:///shop.db",
		"anywhere: sqlite:////absolute/path/shop.db",
		"in memory: sqlite://",
	},
	schema.Postgres: {"for example: postgres://USER:PASSWORD@HOST:5432/DATABASE"},
	schema.MySQL:    {"for example: mysql://USER:PASSWORD@HOST:3306/DATABASE"},
	schema.MariaDB:  {"for example: mariadb://USER:PASSWORD@HOST:3306/DATABASE"},
	"": {
		"SQLite, a file in the instance folder: sqlite:///shop.db",
		"PostgreSQL: postgres://USER:PASSWORD@HOST:5432/DATABASE",
		"MySQL: mysql://USER:PASSWORD@HOST:3306/DATABASE",
		"MariaDB: mariadb://USER:PASSWORD@HOST:3306/DATABASE",
	},
}

// explainURL says what is wrong with a URL, and how one looks.
func explainURL(err error, raw, from string) error {
	var b *badURL
	if !errors.As(err, &b) {
		b = &badURL{why: err.Error()}
	}
	scheme, _, _ := strings.Cut(raw, ":")
	if b.hint == nil {
		b.hint = forms[schemes[scheme]]
	}
	return &whimbrel.Error{
		Code: whimbrel.BadDatabase, Msg: "the database URL cannot be used: " + b.why,
		Detail: []string{"given: " + redact(raw), "it is from " + from}, Hint: b.hint,
	}
}

// noURL says what is wrong with a text that begins with no scheme of ours. Many
// of them are a URL or a DSN of somebody else.
func noURL(raw string) error {
	scheme, rest, _ := strings.Cut(raw, "://")
	base, _, plus := strings.Cut(scheme, "+")
	switch {
	case raw == "":
		return bad("it is empty")
	case strings.TrimSpace(raw) != raw:
		return bad("there is white space around it")
	case strings.HasPrefix(raw, "jdbc:"):
		return bad("it is one for Java", "Leave out jdbc: in front.")
	case rest == "" && strings.Contains(raw, "=") && (strings.Contains(raw, "host") || strings.Contains(raw, "dbname") || strings.Contains(raw, "user")):
		return bad("it is in the notation of libpq, and a URL is wanted", forms[schema.Postgres]...)
	case rest == "":
		if example, ok := fromDSN(raw); ok {
			return bad("it is in the notation of the Go driver for MySQL, and a URL is wanted", "as a URL: "+example)
		}
		if isPath(raw) {
			file := path.Clean(strings.TrimPrefix(raw, "file:"))
			return bad("it is the path of a file, and a URL is wanted", "as a URL of SQLite: sqlite:///"+file)
		}
		return bad("it does not start with sqlite:, postgres:, mysql: or mariadb:")
	case plus && schemes[base] != "":
		return bad("it names a driver", "Leave out the + and what follows it: "+base+"://…")
	}
	const none = "the scheme is none of sqlite, postgres, postgresql, mysql and mariadb"
	if near := nearScheme(scheme); near != "" {
		return bad(none, "did you mean: "+near+"://")
	}
	return bad(none)
}

// A serverURL is the URL of a server, taken apart:
// scheme://user:password@host:port,host:port/database?option=value.
type serverURL struct {
	scheme   string
	user     string
	password secret
	hosts    []string // host, host:port, [address]:port
	database string
	options  []option
	plain    string // the URL as it was written, but for the passwords
}

// named returns the URL, without its secrets and options, with a database.
func (u *serverURL) named(database, user string) string {
	n := url.URL{Scheme: u.scheme, User: url.User(orDefault(u.user, user)), Host: "localhost", Path: "/" + database}
	if len(u.hosts) > 0 {
		n.Host = strings.Join(u.hosts, ",")
	}
	return n.String()
}

type option struct{ name, value string }

// split takes a URL apart. It is stricter than package net/url, whose errors
// repeat the URL, and than the drivers: a password with a character that has a
// meaning in a URL must not be taken for a host or an option, and be printed.
func split(raw string) (serverURL, error) {
	var u serverURL
	scheme, rest, ok := strings.Cut(raw, ":")
	rest, slashes := strings.CutPrefix(rest, "//")
	if !ok || !slashes {
		return u, bad("two slashes must follow " + scheme + ":")
	}
	u.scheme = scheme
	for _, r := range rest {
		if r <= ' ' || r == 0x7f {
			return u, bad("it has a space or a control character", encode)
		}
	}
	switch {
	case strings.Contains(rest, "#"):
		return u, bad("it has a #", encode)
	case strings.Count(rest, "@") > 1:
		return u, bad("it has more than one @", encode)
	}
	authority, path := rest, ""
	if end := strings.IndexAny(rest, "/?"); end >= 0 {
		authority, path = rest[:end], rest[end:]
	}
	if strings.Contains(path, "@") {
		return u, bad("there is a / or a ? before the @", encode)
	}
	login, hosts, ok := strings.Cut(authority, "@")
	if !ok {
		login, hosts = "", authority
	}
	user, password, ok := strings.Cut(login, ":")
	if err := unescape(&u.user, user, "user"); err != nil {
		return u, err
	}
	if ok {
		var text string
		if err := unescape(&text, password, "password"); err != nil {
			return u, err
		}
		u.password = newSecret(text)
	}
	if hosts != "" {
		u.hosts = strings.Split(hosts, ",")
	}
	for i := range u.hosts {
		if err := checkHost(u.hosts[i]); err != nil {
			return u, err
		}
		if err := unescape(&u.hosts[i], u.hosts[i], "host"); err != nil {
			return u, err
		}
	}
	name, query, _ := strings.Cut(path, "?")
	if err := unescape(&u.database, strings.TrimPrefix(name, "/"), "name of the database"); err != nil {
		return u, err
	}
	u.plain = scheme + "://"
	if user != "" {
		u.plain += user + "@"
	}
	u.plain += hosts + name
	return u, u.query(query)
}

const encode = "In a user or a password, a character that has a meaning in a URL is written as its code: " +
	"@ is %40, : is %3A, / is %2F, ? is %3F, # is %23, % is %25, a space is %20."

func (u *serverURL) query(query string) error {
	if query == "" {
		return nil
	}
	var plain []string
	for pair := range strings.SplitSeq(query, "&") {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return bad("an option after the ? is not name=value", encode)
		}
		var o option
		if err := unescape(&o.name, name, "name of an option"); err != nil {
			return err
		}
		if err := unescape(&o.value, value, "value of an option"); err != nil {
			return err
		}
		u.options = append(u.options, o)
		if o.name != "password" && o.name != "sslpassword" {
			plain = append(plain, pair)
		}
	}
	if plain != nil {
		u.plain += "?" + strings.Join(plain, "&")
	}
	return nil
}

// unescape puts what text stands for into to.
func unescape(to *string, text, what string) error {
	plain, err := url.PathUnescape(text)
	switch {
	case err != nil:
		return bad("the "+what+" has a % that is not followed by two hexadecimal digits", encode)
	case strings.ContainsRune(plain, 0):
		return bad("the " + what + " has a NUL byte")
	}
	*to = plain
	return nil
}

// checkHost refuses what can be no host and port: it may be the end of a
// password.
func checkHost(host string) error {
	name, port := host, ""
	if rest, ok := strings.CutPrefix(host, "["); ok {
		address, after, closed := strings.Cut(rest, "]")
		bare, _, _ := strings.Cut(address, "%") // the zone
		if !closed || net.ParseIP(bare) == nil || after != "" && after[0] != ':' {
			return bad("what is in brackets is not an IPv6 address", encode)
		}
		name, port = "", strings.TrimPrefix(after, ":")
	} else if before, after, ok := strings.Cut(host, ":"); ok {
		name, port = before, after
		if net.ParseIP(host) != nil {
			return bad("an IPv6 address is written in brackets", "for example: [::1]:5432")
		}
	}
	if strings.Trim(port, "0123456789") != "" || len(port) > 5 {
		return bad("the port is not a number", encode)
	}
	if strings.ContainsAny(name, `[]()"'<>\^{}|`+"`") {
		return bad("the host has a character that no host has", encode)
	}
	return nil
}

// option returns the last value of an option.
func (u serverURL) option(names ...string) string {
	value := ""
	for _, o := range u.options {
		if slices.Contains(names, o.name) {
			value = o.value
		}
	}
	return value
}

// redact returns what can be shown of a URL that may be malformed: never a
// user, a password, an option, or a text that could not be read.
func redact(raw string) string {
	if strings.HasPrefix(raw, "sqlite:") {
		path, _, more := strings.Cut(raw, "?")
		if more {
			path += "?…"
		}
		if _, after, ok := strings.Cut(path, "@"); ok {
			return "sqlite:…@" + after
		}
		return fmt.Sprintf("%q", path)
	}
	scheme, _, ok := strings.Cut(raw, "://")
	if !ok || scheme == "" || len(scheme) > 20 || strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyz+") != "" {
		if isPath(raw) {
			return fmt.Sprintf("%q", raw)
		}
		return fmt.Sprintf("%d characters, not shown because a password may be among them", utf8.RuneCountInString(raw))
	}
	u, err := split(raw)
	if err != nil || len(u.hosts) == 0 {
		return scheme + "://…"
	}
	shown := u.scheme + "://"
	if u.user != "" || u.password.given() {
		shown += "…@"
	}
	shown += strings.Join(u.hosts, ",")
	if u.database != "" {
		shown += "/" + u.database
	}
	if u.options != nil {
		shown += "?…"
	}
	return shown
}

// isPath reports whether a text is the path of a database file, by its ending,
// and nothing else.
func isPath(raw string) bool {
	file := strings.TrimPrefix(raw, "file:")
	if strings.ContainsAny(file, ":@=?#%& ") {
		return false
	}
	switch path.Ext(file) {
	case ".db", ".sqlite", ".sqlite3":
		return true
	}
	return false
}

// nearScheme returns the scheme that one was probably meant to be, or "".
func nearScheme(scheme string) string {
	for _, s := range []string{"postgres", "postgresql", "mysql", "mariadb", "sqlite"} {
		if near.Distance(strings.ToLower(scheme), s, 2) <= 2 {
			return s
		}
	}
	return ""
}
