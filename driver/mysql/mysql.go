// Package mysql is the driver of MySQL and MariaDB: an app that is given it can open
// mysql: and mariadb: URLs. It is github.com/go-sql-driver/mysql.
//
//	a := app.New("shop", config, mysql.Driver{})
package mysql

import (
	"cmp"
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
	"github.com/whimbreldb/whimbrel/internal/connect"
	"github.com/whimbreldb/whimbrel/schema"
)

// A connector opens connections to one MySQL or MariaDB.
type connector struct {
	base     driver.Connector
	shown    string
	config   *drivermysql.Config // without the password
	password connect.Secret
}

// A Driver opens mysql: and mariadb: URLs. It has no state.
type Driver struct{}

// Name implements the driver of an app.
func (Driver) Name() string { return "mysql" }

// Open implements the driver of an app. It opens nothing yet.
func (Driver) Open(r connect.Request) (connect.Database, error) {
	u, err := split(r.URL)
	if err != nil {
		return connect.Database{}, err
	}
	if u.Database == "" {
		return connect.Database{}, connect.Bad("the name of the database is missing", "for example: "+u.Named(r.Name, "USER"))
	}
	if err := login(&u); err != nil {
		return connect.Database{}, err
	}
	config, err := configure(u, r.Name)
	if err != nil {
		return connect.Database{}, err
	}
	c := &connector{config: config, password: u.Password, shown: shownAs(u.Scheme, config)}
	password := drivermysql.BeforeConnect(func(_ context.Context, config *drivermysql.Config) error {
		config.Passwd = c.password.Text() // of a copy
		return nil
	})
	if err := config.Apply(password); err != nil {
		return connect.Database{}, err
	}
	if c.base, err = drivermysql.NewConnector(config); err != nil {
		return connect.Database{}, connect.Bad(said(err))
	}
	d := schema.MySQL
	if u.Scheme == "mariadb" {
		d = schema.MariaDB
	}
	oldest := mysql.New(d, "")
	return connect.Database{
		Dialect: d, Shown: c.shown, Connector: c, Script: oldest, Here: whimbrel.Server(oldest, func(ctx context.Context, q dialect.Queryer) (mysql.Dialect, error) {
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

// split takes a URL apart. Where other URLs have host and port, it takes
// the notation of the driver too: tcp(host:port), unix(/path).
func split(raw string) (connect.URL, error) {
	before, rest, ok := strings.Cut(raw, "unix(")
	path, after, closed := strings.Cut(rest, ")")
	if ok && closed && (strings.HasSuffix(before, "@") || strings.HasSuffix(before, "://")) {
		u, err := connect.Split(before + after)
		if err == nil && len(u.Hosts) > 0 {
			err = connect.Bad("what follows unix(/path) is not a name of a database")
		}
		u.Options = append(u.Options, connect.Option{Name: "socket", Value: path})
		return u, err
	}
	before, rest, ok = strings.Cut(raw, "tcp(")
	host, after, closed := strings.Cut(rest, ")")
	if ok && closed && (strings.HasSuffix(before, "@") || strings.HasSuffix(before, "://")) {
		raw = before + host + after
	}
	return connect.Split(raw)
}

// login finds out who logs in, and where. What the URL leaves out is filled in
// as the clients of MySQL do: from ~/.my.cnf, and the password then from
// MYSQL_PWD.
func login(u *connect.URL) error {
	if name := u.Option("user"); name != "" && u.User == "" {
		u.User = name
	}
	if password := u.Option("password"); password != "" && !u.Password.Given() {
		u.Password = connect.NewSecret(password)
	}
	if u.User == "" || !u.Password.Given() || len(u.Hosts) == 0 {
		file, err := readMyCnf()
		if err != nil {
			return err
		}
		if u.User == "" {
			u.User = file.user
		}
		if !u.Password.Given() {
			u.Password = file.password
		}
		if len(u.Hosts) == 0 && u.Option("socket", "unix_socket") == "" {
			switch {
			case file.host != "" && file.host != "localhost" || file.socket == "" && (file.host != "" || file.port != ""):
				host := net.JoinHostPort(cmp.Or(file.host, "127.0.0.1"), cmp.Or(file.port, "3306"))
				u.Hosts = []string{host}
			case file.socket != "":
				u.Options = append(u.Options, connect.Option{Name: "socket", Value: file.socket})
			}
		}
	}
	if password, ok := os.LookupEnv("MYSQL_PWD"); ok && !u.Password.Given() {
		u.Password = connect.NewSecret(password)
	}
	if u.User == "" {
		if me, err := user.Current(); err == nil {
			u.User = me.Username
		}
	}
	return nil
}

// An options is what the options of a URL say.
type options struct {
	driver []string        // those that the driver reads itself: name=value, encoded
	given  map[string]bool // all, by name
	tls    secured
}

// readOptions sorts the options of a URL. What the driver does not know as an option it
// sets as a variable of the session.
func readOptions(u connect.URL) (options, error) {
	opts := options{given: map[string]bool{}, tls: secured{socket: u.Option("socket", "unix_socket") != ""}}
	for _, o := range u.Options {
		opts.given[o.Name] = true
		value := url.QueryEscape(o.Value)
		switch canonical := strings.ReplaceAll(strings.ToLower(o.Name), "_", "-"); canonical {
		case "socket", "unix-socket", "user", "password":
			continue // are somewhere else already; "SET password = …" would be a new password
		case "tls":
			opts.tls.tls = strings.ToLower(o.Value)
			continue
		case "ssl-mode", "sslmode":
			opts.tls.mode = strings.ReplaceAll(strings.ToUpper(o.Value), "-", "_")
			continue
		case "ssl-ca":
			opts.tls.ca = o.Value
			continue
		case "ssl-cert":
			opts.tls.cert = o.Value
			continue
		case "ssl-key":
			opts.tls.key = o.Value
			continue
		case "connect-timeout":
			o.Name, value = "timeout", value+"s"
			opts.given["timeout"] = true
		case "charset", "collation":
			value = o.Value // the one option that the driver does not decode
			if strings.Trim(strings.ToLower(value), "abcdefghijklmnopqrstuvwxyz0123456789_,") != "" {
				return opts, connect.Bad("the " + canonical + " is not a name")
			}
		case "strict":
			return opts, connect.Bad("the driver has no option strict any more", "The mode of the server is strict by itself, or with sql_mode='STRICT_TRANS_TABLES' in the URL.")
		}
		opts.driver = append(opts.driver, url.QueryEscape(o.Name)+"="+value)
	}
	return opts, nil
}

// configure returns what a URL means for the driver, which has a notation of
// its own.
func configure(u connect.URL, name string) (*drivermysql.Config, error) {
	opts, err := readOptions(u)
	if err != nil {
		return nil, err
	}
	config, err := drivermysql.ParseDSN("/?" + strings.Join(opts.driver, "&"))
	if err != nil {
		return nil, connect.Bad(said(err))
	}
	config.User, config.DBName = u.User, u.Database
	if err := address(config, u); err != nil {
		return nil, err
	}
	if err := opts.tls.apply(config); err != nil {
		return nil, err
	}
	if !opts.given["timeout"] {
		config.Timeout = connect.Timeout
	}
	if !opts.given["parseTime"] {
		config.ParseTime = true
	}
	if !opts.given["loc"] && !opts.given["time_zone"] {
		// Times are in UTC on both sides: what a TIMESTAMP is read as, and what
		// CURRENT_TIMESTAMP writes.
		if config.Params == nil {
			config.Params = map[string]string{}
		}
		config.Params["time_zone"] = "'+00:00'"
	}
	if !opts.given["connectionAttributes"] {
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
func address(config *drivermysql.Config, u connect.URL) error {
	if socket := u.Option("socket", "unix_socket"); socket != "" {
		config.Net, config.Addr = "unix", socket
		return nil
	}
	config.Net = "tcp"
	switch len(u.Hosts) {
	case 0:
		config.Addr = "127.0.0.1:3306"
	case 1:
		config.Addr = u.Hosts[0]
		if _, _, err := net.SplitHostPort(config.Addr); err != nil {
			config.Addr = net.JoinHostPort(strings.Trim(config.Addr, "[]"), "3306")
		}
	default:
		return connect.Bad("several hosts are not supported for MySQL")
	}
	return nil
}

// said returns what the driver has to say about an option.
func said(err error) string { return "the driver does not take an option: " + err.Error() }

func shownAs(scheme string, config *drivermysql.Config) string {
	where := config.Addr
	if config.Net == "unix" {
		where = "unix(" + config.Addr + ")"
	}
	return scheme + "://" + config.User + "@" + where + "/" + config.DBName
}

// Connect implements driver.Connector.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
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
func (c *connector) Driver() driver.Driver { return c.base.Driver() }
