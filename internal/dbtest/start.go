package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/whimbreldb/whimbrel/schema"
)

// startTimeout is how long a server may take to make its data folder and
// answer: seconds, and a minute on a busy machine.
const startTimeout = 2 * time.Minute

// A launch is what the supervisor has to do for one server.
type launch struct {
	init   []string // makes the data folder
	server []string // the server itself, in the foreground
	signal string   // what ends it at once and leaves nothing behind
	admin  string   // its URL
}

// start runs a server in a folder of its own and returns its URL. The server
// and the folder are gone when stop returns, or soon after this process ended.
func start(ctx context.Context, p program) (admin string, stop func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for try := 1; ; try++ {
		admin, stop, err = startOnce(ctx, p)
		// The port was free a moment ago; somebody else was quicker.
		if err == nil || try == 3 || !strings.Contains(strings.ToLower(err.Error()), "already in use") {
			return admin, stop, err
		}
	}
}

func startOnce(ctx context.Context, p program) (admin string, stop func(), err error) {
	user, err := unprivileged()
	if err != nil {
		return "", nil, err
	}
	dir, err := makeDir(user)
	if err != nil {
		return "", nil, err
	}
	l, err := p.launch(dir)
	if err == nil {
		err = user.own(dir)
	}
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	s, err := supervise(user, dir, l)
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := s.await(ctx, p, l.admin); err != nil {
		s.stop()
		return "", nil, fmt.Errorf("%s: %w", p.path, err)
	}
	return l.admin, s.stop, nil
}

// makeDir makes the folder of a server. Sockets are in it, and the path of one
// may have about 100 bytes, so it is never deep.
func makeDir(user account) (string, error) {
	var failures []error
	for _, parent := range []string{os.TempDir(), "/tmp", "/var/tmp"} {
		if err := user.mayWrite(parent); err != nil || len(parent) > 60 {
			failures = append(failures, fmt.Errorf("%s will not do for a server: %w", parent, err))
			continue
		}
		dir, err := os.MkdirTemp(parent, "whim-db-")
		if err == nil {
			return dir, nil
		}
		failures = append(failures, err)
	}
	return "", errors.Join(failures...)
}

// await returns when the server answers, with an error when it ended.
func (s *supervised) await(ctx context.Context, p program, admin string) error {
	db, err := connect(p.dialect, admin)
	if err != nil {
		return err
	}
	defer db.Close()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := answers(ctx, db)
		var refused *mysql.MySQLError
		if err == nil || errors.As(err, &refused) { // it answers, and waiting will not change its mind
			return err
		}
		select {
		case <-s.ended:
			return fmt.Errorf("the server ended: %s", s.output())
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w", err)
		case <-tick.C:
		}
	}
}

// answers asks one question, with a limit: a port that somebody else holds may
// never say anything.
func answers(ctx context.Context, db *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var one int
	return db.QueryRowContext(ctx, "SELECT 1").Scan(&one)
}

// launch says how the program is run in dir. It may write files there.
func (p program) launch(dir string) (launch, error) {
	if p.dialect == schema.Postgres {
		return p.launchPostgres(dir), nil
	}
	return p.launchMySQL(dir)
}

// launchPostgres listens on a socket alone: the folder keeps others out, so
// no password is needed.
func (p program) launchPostgres(dir string) launch {
	data := filepath.Join(dir, "data")
	q := url.Values{"host": {dir}, "sslmode": {"disable"}}
	admin := url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres", RawQuery: q.Encode()}
	return launch{
		init: []string{
			p.init, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
		},
		server: append(p.command, "-D", data, "-k", dir, "-h", "",
			"-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", // nothing here outlives a crash anyway
			"-c", "max_connections=200", "-c", "max_prepared_transactions=5",
			"-c", "autovacuum=off", // it takes locks, at times of its own
		),
		signal: "QUIT", // an immediate shutdown; KILL would leave shared memory behind
		admin:  admin.String(),
	}
}

// launchMySQL listens on the loopback too, because that is what a mysql:// URL
// can say, and so has a password: others on the machine can reach the port.
func (p program) launchMySQL(dir string) (launch, error) {
	port, err := freePort()
	if err != nil {
		return launch{}, err
	}
	password := unique()
	data, first := filepath.Join(dir, "data"), filepath.Join(dir, "first.sql")
	// Run before anybody can connect. The accounts of MariaDB's own script go:
	// one for a certain host is chosen before one for any, and the one without
	// a name before the roles that tests make. Names are not resolved: what
	// 127.0.0.1 is called differs from machine to machine.
	statements := "CREATE USER 'root'@'%' IDENTIFIED BY '" + password + "';\n" +
		"GRANT ALL PRIVILEGES ON *.* TO 'root'@'%' WITH GRANT OPTION;\n" +
		"DROP USER IF EXISTS 'root'@'localhost', 'root'@'127.0.0.1', 'root'@'::1', ''@'localhost';\n"
	if err := os.WriteFile(first, []byte(statements), 0o600); err != nil {
		return launch{}, err
	}
	common := append([]string{"--no-defaults"}, p.options...)
	common = append(common, "--datadir="+data, "--tmpdir="+dir,
		"--innodb-flush-method=nosync", "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0")
	server := append(append([]string{}, common...),
		"--init-file="+first, "--socket="+filepath.Join(dir, "s"), "--pid-file="+filepath.Join(dir, "pid"),
		"--bind-address=127.0.0.1", "--port="+strconv.Itoa(port), "--skip-name-resolve", "--max-connections=200")
	l := launch{signal: "KILL"}
	if p.dialect == schema.MariaDB {
		l.init = append([]string{p.init}, common...)
		l.init = append(l.init, "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve")
		// What Debian and the official images set; the program's own default is latin1.
		server = append(server, "--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci")
		l.server = append(p.command, server...)
	} else {
		common = append(common, "--secure-file-priv=NULL") // the default is a folder that need not exist
		l.init = append(append(append([]string{}, p.command...), common...), "--initialize-insecure")
		l.server = append(append([]string{}, p.command...), server...)
		l.server = append(l.server, "--secure-file-priv=NULL", "--mysqlx=OFF", "--skip-log-bin")
	}
	admin := url.URL{
		Scheme: "mysql", User: url.UserPassword("root", password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), Path: "/mysql",
	}
	l.admin = admin.String()
	return l, nil
}

// freePort returns a port of the loopback that nobody listens on now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
