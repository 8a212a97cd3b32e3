package connect

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/near"
	"github.com/whimbreldb/whimbrel/schema"
)

// A badURL says why a URL cannot be used, in words that hold no part of it that
// could be a secret.
type badURL struct {
	why  string
	hint []string
}

func (e *badURL) Error() string { return e.why }

// Bad returns why a URL cannot be used. Without a hint, the error says how such a
// URL looks.
func Bad(why string, hint ...string) error { return &badURL{why, hint} }

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
		b.hint = forms[schemes[scheme].dialect]
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
		return Bad("it is empty")
	case strings.TrimSpace(raw) != raw:
		return Bad("there is white space around it")
	case strings.HasPrefix(raw, "jdbc:"):
		return Bad("it is one for Java", "Leave out jdbc: in front.")
	case rest == "" && strings.Contains(raw, "=") && (strings.Contains(raw, "host") || strings.Contains(raw, "dbname") || strings.Contains(raw, "user")):
		return Bad("it is in the notation of libpq, and a URL is wanted", forms[schema.Postgres]...)
	case rest == "":
		if example, ok := fromDSN(raw); ok {
			return Bad("it is in the notation of the Go driver for MySQL, and a URL is wanted", "as a URL: "+example)
		}
		if isPath(raw) {
			file := path.Clean(strings.TrimPrefix(raw, "file:"))
			return Bad("it is the path of a file, and a URL is wanted", "as a URL of SQLite: sqlite:///"+file)
		}
		return Bad("it does not start with sqlite:, postgres:, mysql: or mariadb:")
	case plus && schemes[base].driver != "":
		return Bad("it names a driver", "Leave out the + and what follows it: "+base+"://…")
	}
	const none = "the scheme is none of sqlite, postgres, postgresql, mysql and mariadb"
	if near := nearScheme(scheme); near != "" {
		return Bad(none, "did you mean: "+near+"://")
	}
	return Bad(none)
}

// A URL is that of a server, taken apart:
// scheme://user:password@host:port,host:port/database?option=value.
type URL struct {
	Scheme   string
	User     string
	Password Secret
	Hosts    []string // host, host:port, [address]:port
	Database string
	Options  []Option
	Plain    string // the URL as it was written, but for the passwords
}

// Named returns the URL, without its secrets and options, with a database.
func (u *URL) Named(database, user string) string {
	n := url.URL{Scheme: u.Scheme, User: url.User(cmp.Or(u.User, user)), Host: "localhost", Path: "/" + database}
	if len(u.Hosts) > 0 {
		n.Host = strings.Join(u.Hosts, ",")
	}
	return n.String()
}

// An Option of a URL follows the ?.
type Option struct{ Name, Value string }

// Split takes a URL apart. It is stricter than package net/url, whose errors
// repeat the URL, and than the drivers: a password with a character that has a
// meaning in a URL must not be taken for a host or an option, and be printed.
func Split(raw string) (URL, error) {
	var u URL
	scheme, rest, ok := strings.Cut(raw, ":")
	rest, slashes := strings.CutPrefix(rest, "//")
	if !ok || !slashes {
		return u, Bad("two slashes must follow " + scheme + ":")
	}
	u.Scheme = scheme
	for _, r := range rest {
		if r <= ' ' || r == 0x7f {
			return u, Bad("it has a space or a control character", encode)
		}
	}
	switch {
	case strings.Contains(rest, "#"):
		return u, Bad("it has a #", encode)
	case strings.Count(rest, "@") > 1:
		return u, Bad("it has more than one @", encode)
	}
	authority, path := rest, ""
	if end := strings.IndexAny(rest, "/?"); end >= 0 {
		authority, path = rest[:end], rest[end:]
	}
	if strings.Contains(path, "@") {
		return u, Bad("there is a / or a ? before the @", encode)
	}
	login, hosts, ok := strings.Cut(authority, "@")
	if !ok {
		login, hosts = "", authority
	}
	user, password, ok := strings.Cut(login, ":")
	if err := unescape(&u.User, user, "user"); err != nil {
		return u, err
	}
	if ok {
		var text string
		if err := unescape(&text, password, "password"); err != nil {
			return u, err
		}
		u.Password = NewSecret(text)
	}
	if hosts != "" {
		u.Hosts = strings.Split(hosts, ",")
	}
	for i := range u.Hosts {
		if err := checkHost(u.Hosts[i]); err != nil {
			return u, err
		}
		if err := unescape(&u.Hosts[i], u.Hosts[i], "host"); err != nil {
			return u, err
		}
	}
	name, query, _ := strings.Cut(path, "?")
	if err := unescape(&u.Database, strings.TrimPrefix(name, "/"), "name of the database"); err != nil {
		return u, err
	}
	u.Plain = scheme + "://"
	if user != "" {
		u.Plain += user + "@"
	}
	u.Plain += hosts + name
	return u, u.query(query)
}

const encode = "In a user or a password, a character that has a meaning in a URL is written as its code: " +
	"@ is %40, : is %3A, / is %2F, ? is %3F, # is %23, % is %25, a space is %20."

func (u *URL) query(query string) error {
	if query == "" {
		return nil
	}
	var plain []string
	for pair := range strings.SplitSeq(query, "&") {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return Bad("an option after the ? is not name=value", encode)
		}
		var o Option
		if err := unescape(&o.Name, name, "name of an option"); err != nil {
			return err
		}
		if err := unescape(&o.Value, value, "value of an option"); err != nil {
			return err
		}
		u.Options = append(u.Options, o)
		if o.Name != "password" && o.Name != "sslpassword" {
			plain = append(plain, pair)
		}
	}
	if plain != nil {
		u.Plain += "?" + strings.Join(plain, "&")
	}
	return nil
}

// unescape puts what text stands for into to.
func unescape(to *string, text, what string) error {
	plain, err := url.PathUnescape(text)
	switch {
	case err != nil:
		return Bad("the "+what+" has a % that is not followed by two hexadecimal digits", encode)
	case strings.ContainsRune(plain, 0):
		return Bad("the " + what + " has a NUL byte")
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
			return Bad("what is in brackets is not an IPv6 address", encode)
		}
		name, port = "", strings.TrimPrefix(after, ":")
	} else if before, after, ok := strings.Cut(host, ":"); ok {
		name, port = before, after
		if net.ParseIP(host) != nil {
			return Bad("an IPv6 address is written in brackets", "for example: [::1]:5432")
		}
	}
	if strings.Trim(port, "0123456789") != "" || len(port) > 5 {
		return Bad("the port is not a number", encode)
	}
	if strings.ContainsAny(name, `[]()"'<>\^{}|`+"`") {
		return Bad("the host has a character that no host has", encode)
	}
	return nil
}

// Option returns the last value of an option.
func (u *URL) Option(names ...string) string {
	value := ""
	for _, o := range u.Options {
		if slices.Contains(names, o.Name) {
			value = o.Value
		}
	}
	return value
}

// redact returns what can be shown of a URL that may be malformed: never a
// user, a password, an option, or a text that could not be read.
func redact(raw string) string {
	if server, ok := strings.CutPrefix(raw, "sqlite://"); ok && server != "" && server[0] != '/' {
		return "sqlite://…" // it was the URL of a server, with a password perhaps
	}
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
	u, err := Split(raw)
	if err != nil || len(u.Hosts) == 0 {
		return scheme + "://…"
	}
	shown := u.Scheme + "://"
	if u.User != "" || u.Password.Given() {
		shown += "…@"
	}
	shown += strings.Join(u.Hosts, ",")
	if u.Database != "" {
		shown += "/" + u.Database
	}
	if u.Options != nil {
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

// fromDSN returns the URL that says what a DSN of the Go driver for MySQL says,
// user:password@net(address)/database?options, but for the password and the
// options.
func fromDSN(raw string) (string, bool) {
	end := strings.LastIndexByte(raw, '/')
	at := strings.LastIndexByte(raw[:max(end, 0)], '@')
	if at < 0 {
		return "", false
	}
	user, _, _ := strings.Cut(raw[:at], ":")
	network, address, open := strings.Cut(raw[at+1:end], "(")
	address, closed := strings.CutSuffix(address, ")")
	database, _, _ := strings.Cut(raw[end+1:], "?")
	u := url.URL{Scheme: "mysql", User: url.UserPassword(user, "PASSWORD"), Host: cmp.Or(address, "127.0.0.1:3306"), Path: "/" + database}
	switch {
	case network == "" && !open, network == "tcp" && open && closed:
	case network == "unix" && open && closed:
		u.Host, u.RawQuery = "localhost", "socket="+url.PathEscape(address)
	default:
		return "", false
	}
	return u.String(), true
}
