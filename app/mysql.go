package app

import (
	"context"
	"database/sql/driver"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/user"
	"strings"

	drivermysql "github.com/go-sql-driver/mysql"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/dialect/mysql"
	"github.com/whimbreldb/whimbrel/schema"
)

// A mysqlConnector opens connections to one MySQL or MariaDB.
type mysqlConnector struct {
	base     driver.Connector
	shown    string
	config   *drivermysql.Config // without the password
	password secret
}

// openMySQL returns the database of a URL.
func openMySQL(raw, name string) (database, error) {
	u, err := splitMySQL(raw)
	if err != nil {
		return database{}, err
	}
	if u.database == "" {
		return database{}, bad("the name of the database is missing", "for example: "+u.named(name, "USER"))
	}
	if err := u.login(); err != nil {
		return database{}, err
	}
	config, err := mysqlConfig(u, name)
	if err != nil {
		return database{}, err
	}
	c := &mysqlConnector{config: config, password: u.password, shown: showMySQL(u.scheme, config)}
	password := drivermysql.BeforeConnect(func(_ context.Context, config *drivermysql.Config) error {
		config.Passwd = c.password.text() // of a copy
		return nil
	})
	if err := config.Apply(password); err != nil {
		return database{}, err
	}
	if c.base, err = drivermysql.NewConnector(config); err != nil {
		return database{}, bad(mysqlReason(err))
	}
	d := schema.MySQL
	if u.scheme == "mariadb" {
		d = schema.MariaDB
	}
	oldest := mysql.New(d, "")
	return database{
		dialect: d, shown: c.shown, connector: c, script: oldest, here: whimbrel.Server(oldest, func(ctx context.Context, q dialect.Queryer) (mysql.Dialect, error) {
			is, err := mysql.Open(ctx, q)
			if err == nil && d == schema.MariaDB && is.Flavor().Dialect != d {
				err = &whimbrel.Error{
					Code: whimbrel.WrongServer, Msg: "the server is a MySQL, and the URL says mariadb",
					Detail: []string{"database: " + c.shown}, Hint: []string{"Begin the URL with mysql://, so that scripts made without the server are for it too."},
				}
			}
			return is, err
		}),
	}, nil
}

// splitMySQL takes a URL apart. Where other URLs have host and port, it takes
// the notation of the driver too: tcp(host:port), unix(/path).
func splitMySQL(raw string) (serverURL, error) {
	before, rest, ok := strings.Cut(raw, "unix(")
	path, after, closed := strings.Cut(rest, ")")
	if ok && closed && (strings.HasSuffix(before, "@") || strings.HasSuffix(before, "://")) {
		u, err := split(before + after)
		if err == nil && len(u.hosts) > 0 {
			err = bad("what follows unix(/path) is not a name of a database")
		}
		u.options = append(u.options, option{"socket", path})
		return u, err
	}
	before, rest, ok = strings.Cut(raw, "tcp(")
	host, after, closed := strings.Cut(rest, ")")
	if ok && closed && (strings.HasSuffix(before, "@") || strings.HasSuffix(before, "://")) {
		raw = before + host + after
	}
	return split(raw)
}

// login finds out who logs in, and where. What the URL leaves out is filled in
// as the clients of MySQL do: from ~/.my.cnf, and the password then from
// MYSQL_PWD.
func (u *serverURL) login() error {
	if name := u.option("user"); name != "" && u.user == "" {
		u.user = name
	}
	if password := u.option("password"); password != "" && !u.password.given() {
		u.password = newSecret(password)
	}
	if u.user == "" || !u.password.given() || len(u.hosts) == 0 {
		file, err := readMyCnf()
		if err != nil {
			return err
		}
		if u.user == "" {
			u.user = file.user
		}
		if !u.password.given() {
			u.password = file.password
		}
		if len(u.hosts) == 0 && u.option("socket", "unix_socket") == "" {
			switch {
			case file.host != "" && file.host != "localhost" || file.socket == "" && (file.host != "" || file.port != ""):
				host := net.JoinHostPort(orDefault(file.host, "127.0.0.1"), orDefault(file.port, "3306"))
				u.hosts = []string{host}
			case file.socket != "":
				u.options = append(u.options, option{"socket", file.socket})
			}
		}
	}
	if password, ok := os.LookupEnv("MYSQL_PWD"); ok && !u.password.given() {
		u.password = newSecret(password)
	}
	if u.user == "" {
		if me, err := user.Current(); err == nil {
			u.user = me.Username
		}
	}
	return nil
}

// mysqlConfig returns what a URL means for the driver, which has a notation of
// its own. What the driver does not know as an option it sets as a variable of
// the session.
func mysqlConfig(u serverURL, name string) (*drivermysql.Config, error) {
	var params []string
	given := map[string]bool{}
	secure := secured{socket: u.option("socket", "unix_socket") != ""}
	for _, o := range u.options {
		given[o.name] = true
		value := url.QueryEscape(o.value)
		switch canonical := strings.ReplaceAll(strings.ToLower(o.name), "_", "-"); canonical {
		case "socket", "unix-socket", "user", "password":
			continue // are somewhere else already; "SET password = …" would be a new password
		case "tls":
			secure.tls = strings.ToLower(o.value)
			continue
		case "ssl-mode", "sslmode":
			secure.mode = strings.ReplaceAll(strings.ToUpper(o.value), "-", "_")
			continue
		case "ssl-ca":
			secure.ca = o.value
			continue
		case "ssl-cert":
			secure.cert = o.value
			continue
		case "ssl-key":
			secure.key = o.value
			continue
		case "connect-timeout":
			o.name, value = "timeout", value+"s"
			given["timeout"] = true
		case "charset", "collation":
			value = o.value // the one option that the driver does not decode
			if strings.Trim(strings.ToLower(value), "abcdefghijklmnopqrstuvwxyz0123456789_,") != "" {
				return nil, bad("the " + canonical + " is not a name")
			}
		case "strict":
			return nil, bad("the driver has no option strict any more", "The mode of the server is strict by itself, or with sql_mode='STRICT_TRANS_TABLES' in the URL.")
		}
		params = append(params, url.QueryEscape(o.name)+"="+value)
	}
	config, err := drivermysql.ParseDSN("/?" + strings.Join(params, "&"))
	if err != nil {
		return nil, bad(mysqlReason(err))
	}
	config.User, config.DBName = u.user, u.database
	if err := address(config, u); err != nil {
		return nil, err
	}
	if err := secure.apply(config); err != nil {
		return nil, err
	}
	if !given["timeout"] {
		config.Timeout = connectTimeout
	}
	if !given["parseTime"] {
		config.ParseTime = true
	}
	if !given["loc"] && !given["time_zone"] {
		// Times are in UTC on both sides: what a TIMESTAMP is read as, and what
		// CURRENT_TIMESTAMP writes.
		if config.Params == nil {
			config.Params = map[string]string{}
		}
		config.Params["time_zone"] = "'+00:00'"
	}
	if !given["connectionAttributes"] {
		config.ConnectionAttributes = "program_name:" + strings.Map(func(r rune) rune {
			if r == ',' || r == ':' {
				return '_'
			}
			return r
		}, name)
	}
	config.Logger = &drivermysql.NopLogger{} // it says on stderr what is in the errors too
	return config, nil
}

// address puts the address of a URL into a configuration.
func address(config *drivermysql.Config, u serverURL) error {
	if socket := u.option("socket", "unix_socket"); socket != "" {
		config.Net, config.Addr = "unix", socket
		return nil
	}
	config.Net = "tcp"
	switch len(u.hosts) {
	case 0:
		config.Addr = "127.0.0.1:3306"
	case 1:
		config.Addr = u.hosts[0]
		if _, _, err := net.SplitHostPort(config.Addr); err != nil {
			config.Addr = net.JoinHostPort(strings.Trim(config.Addr, "[]"), "3306")
		}
	default:
		return bad("several hosts are not supported for MySQL")
	}
	return nil
}

// mysqlReason returns what the driver has to say about an option.
func mysqlReason(err error) string { return "the driver does not take an option: " + err.Error() }

func showMySQL(scheme string, config *drivermysql.Config) string {
	where := config.Addr
	if config.Net == "unix" {
		where = "unix(" + config.Addr + ")"
	}
	return scheme + "://" + config.User + "@" + where + "/" + config.DBName
}

// fromDSN returns the URL that says what a DSN of the driver says, but for the
// password and the options.
func fromDSN(raw string) (string, bool) {
	if !strings.Contains(raw, "@tcp(") && !strings.Contains(raw, "@unix(") && !strings.Contains(raw, "@/") {
		return "", false
	}
	config, err := drivermysql.ParseDSN(raw)
	if err != nil {
		return "", false
	}
	u := url.URL{Scheme: "mysql", User: url.UserPassword(config.User, "PASSWORD"), Host: config.Addr, Path: "/" + config.DBName}
	switch config.Net {
	case "tcp":
	case "unix":
		u.Host, u.RawQuery = "localhost", "socket="+url.PathEscape(config.Addr)
	default:
		return "", false
	}
	return u.String(), true
}

// Connect implements driver.Connector.
func (c *mysqlConnector) Connect(ctx context.Context) (driver.Conn, error) {
	// The driver's own time-out is for the first half only: a server that takes
	// the call and says nothing would be waited for for ever.
	within, cancel := ctx, context.CancelFunc(func() {})
	if c.config.Timeout > 0 {
		within, cancel = context.WithTimeout(ctx, c.config.Timeout)
	}
	defer cancel()
	conn, err := c.base.Connect(within)
	switch {
	case err == nil:
		return conn, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case within.Err() != nil:
		err = fmt.Errorf("there was no greeting for %v", c.config.Timeout)
	}
	return nil, c.explain(ctx, err)
}

// Driver implements driver.Connector.
func (c *mysqlConnector) Driver() driver.Driver { return c.base.Driver() }
