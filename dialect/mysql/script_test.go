package mysql

import (
	"bytes"
	"net/url"
	osexec "os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// client runs a script with the client of the server, and returns what it says
// on its standard error.
func client(t *testing.T, address, script string) (string, error) {
	t.Helper()
	path, err := osexec.LookPath("mariadb")
	if err != nil {
		if path, err = osexec.LookPath("mysql"); err != nil {
			t.Fatal("neither the mariadb client nor the mysql client is installed")
		}
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := u.User.Password()
	args := []string{"--no-defaults", "--protocol=tcp", "-h" + u.Hostname(), "-P" + u.Port(), "-u" + u.User.Username(), strings.TrimPrefix(u.Path, "/")}
	if strings.Contains(path, "mariadb") {
		args = append([]string{"--no-defaults", "--skip-ssl"}, args[1:]...)
	}
	cmd := osexec.CommandContext(t.Context(), path, args...)
	cmd.Env = append(cmd.Environ(), "MYSQL_PWD="+password)
	cmd.Stdin = strings.NewReader(script)
	var said bytes.Buffer
	cmd.Stderr = &said
	err = cmd.Run()
	return said.String(), err
}

// TestScript: the client carries a script out as the runner would, and a check
// stops it.
func TestScript(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		if s.Dialect != schema.MySQL && s.Dialect != schema.MariaDB {
			return
		}
		address := s.URL(t)
		db := s.Open(t, address)
		d := open(t, db)
		ops := op.Record(func(m *op.Script) {
			base(m)
			m.CreateObject(procP)
			m.CreateObject(trigT)
			m.Exec("INSERT INTO t (a, b) VALUES ('a;b', 1), (NULL, 2)")
		})
		compile := func(state *op.State, ops []op.Op) string {
			stmts, err := d.Compile(ops, state)
			if err != nil {
				t.Fatal(err)
			}
			return d.Script(stmts)
		}
		if said, err := client(t, address, compile(op.NewState(schema.Schema{}), ops)); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		conn := pin(t, d, db)
		if rows := column1(t, conn, "SELECT a FROM t ORDER BY id"); len(rows) != 2 || rows[0] != "a;b" || rows[1] != "n;" {
			t.Error(rows)
		}
		script := compile(op.LiveState(inspect(t, d, conn)), op.Record(func(m *op.Script) {
			m.AddColumn("t", schema.Int("c").NotNull())
			m.AddColumn("t", schema.Int("never"))
		}))
		said, err := client(t, address, script)
		if err == nil || !strings.Contains(said, `table "t" has rows`) {
			t.Errorf("%v\n%s\n%s", err, said, script)
		}
		if table, _ := inspect(t, d, conn).Table("t"); len(table.Columns) != 3 {
			t.Errorf("%+v", table.Columns)
		}
		exec(t, db, "DELETE FROM t")
		if said, err := client(t, address, script); err != nil {
			t.Errorf("%v\n%s", err, said)
		}
	})
}

// TestScriptSession: what a script runs in is what Lock makes, whatever the
// client and the server have set before.
func TestScriptSession(t *testing.T) {
	eachURL(t, func(t *testing.T, s *dbtest.Server, address string) {
		d := open(t, s.Open(t, address))
		var before, values []string
		for _, x := range d.meaning() {
			values = append(values, "('"+x.name+"', @@SESSION."+x.name+")")
			switch x.value {
			case "1":
				before = append(before, x.name+" = 0")
			case "0":
				before = append(before, x.name+" = 1")
			}
		}
		script := "CREATE TABLE said (name varchar(40), is_now varchar(200));\n" +
			"SET sql_mode = 'ANSI_QUOTES', time_zone = '+03:00', " + strings.Join(before, ", ") + ";\nSET NAMES latin1;\n" +
			d.Script([]dialect.Stmt{{SQL: "INSERT INTO said VALUES " + strings.Join(values, ", ")}})
		if said, err := client(t, address, script); err != nil {
			t.Fatalf("%v\n%s\n%s", err, said, script)
		}
		conn := connOf(t, s.Open(t, address))
		for _, x := range d.meaning() {
			got := column1(t, conn, "SELECT is_now FROM said WHERE name = '"+x.name+"'")
			inOrder := func(list string) string { // of the server's own
				words := strings.Split(strings.Trim(list, "'"), ",")
				slices.Sort(words)
				return strings.Join(words, ",")
			}
			if len(got) != 1 || inOrder(got[0]) != inOrder(x.value) {
				t.Errorf("%s is %v, not %s", x.name, got, x.value)
			}
		}
	})
}

// TestScriptKinds: what no Compile here makes is not left out in silence.
func TestScriptKinds(t *testing.T) {
	for _, kind := range []dialect.StmtKind{dialect.Remember, dialect.Same, dialect.NoNew} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a statement of kind %d is in the script", kind)
				}
			}()
			newest[schema.MySQL].Script([]dialect.Stmt{{SQL: "SELECT a FROM t", Kind: kind, Key: "k"}})
		}()
	}
}
