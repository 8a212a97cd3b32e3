package dbtest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/schema"
)

func TestParse(t *testing.T) {
	sqlite := want{ask: "sqlite", dialect: schema.SQLite}
	tests := []struct {
		list string
		want []want
	}{
		{"", []want{sqlite}},
		{" , ", []want{sqlite}},
		{"postgres", []want{{ask: "postgres", dialect: schema.Postgres}}},
		{
			"sqlite, postgres15,mariadb10.11 ,mysql9",
			[]want{
				sqlite,
				{ask: "postgres15", dialect: schema.Postgres, version: "15"},
				{ask: "mariadb10.11", dialect: schema.MariaDB, version: "10.11"},
				{ask: "mysql9", dialect: schema.MySQL, version: "9"},
			},
		},
		{
			"postgres18=postgres://a:b@/d?host=%2Fs,mariadb=mysql://r@h:1/d",
			[]want{
				{ask: "postgres18", dialect: schema.Postgres, version: "18", url: "postgres://a:b@/d?host=%2Fs"},
				{ask: "mariadb", dialect: schema.MariaDB, url: "mysql://r@h:1/d"},
			},
		},
		{
			"postgresql://a:secret@h/d?sslmode=disable,mysql://h/d",
			[]want{
				{ask: "postgresql://a:xxxxx@h/d?sslmode=disable", dialect: schema.Postgres, url: "postgresql://a:secret@h/d?sslmode=disable"},
				{ask: "mysql://h/d", url: "mysql://h/d"},
			},
		},
	}
	for _, tt := range tests {
		got, err := parse(tt.list)
		if err != nil {
			t.Errorf("parse(%q): %v", tt.list, err)
		}
		if d := cmp.Diff(tt.want, got, cmp.AllowUnexported(want{})); d != "" {
			t.Errorf("parse(%q): -want +got\n%s", tt.list, d)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ list, say string }{
		{"oracle", `unknown database "oracle"`},
		{"postgres,", ""},
		{"postgresql", `unknown database "postgresql"`},
		{"postgres-15", "unknown database"},
		{"sqlite3", "SQLite is the one that is built in"},
		{"sqlite=sqlite:///x", `what follows "sqlite=" is no URL`},
		{"postgres=mysql://root:secret@h/d", `what follows "postgres=" is no URL`},
		{"mysql=postgres://root:secret@h/d", `what follows "mysql=" is no URL`},
		{"mysql=mariadb://root:secret@h/d", `what follows "mysql=" is no URL`},
		{"postgres=", `what follows "postgres=" is no URL`},
		{"postgres=postgres://root:secret@h:port/d", `what follows "postgres=" is no URL`},
		{"redis://root:secret@h", `unknown scheme "redis"`},
		{"postgres://root:secret@h:port", "a postgres URL cannot be read"},
	} {
		_, err := parse(tt.list)
		switch {
		case tt.say == "" && err != nil:
			t.Errorf("parse(%q): %v", tt.list, err)
		case tt.say != "" && (err == nil || !strings.Contains(err.Error(), tt.say)):
			t.Errorf("parse(%q): got error %v, want %q in it", tt.list, err, tt.say)
		case err != nil && strings.Contains(err.Error(), "secret"):
			t.Errorf("parse(%q): the error says the password: %v", tt.list, err)
		}
	}
}

func TestAccepts(t *testing.T) {
	for _, tt := range []struct {
		want, version string
		ok            bool
	}{
		{"", "15.20", true},
		{"15", "15.20", true},
		{"15", "15", true},
		{"15", "150.1", false},
		{"1", "15.20", false},
		{"10.11", "10.11.19", true},
		{"10.1", "10.11.19", false},
		{"10.", "10.11.19", true},
	} {
		if got := (want{version: tt.want}).accepts(tt.version); got != tt.ok {
			t.Errorf("%q accepts %q: %v", tt.want, tt.version, got)
		}
	}
}

func TestVersionOf(t *testing.T) {
	for text, want := range map[string]string{
		"postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)\n":                              "15.20",
		"postgres (PostgreSQL) 19devel":                                                       "19",
		"mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)": "10.11.19",
		"/opt/x/usr/sbin/mysqld  Ver 9.7.4-2 for Linux on x86_64 ((Debian))":                  "9.7.4",
		"10.11.19-MariaDB-0+deb12u1":                                                          "10.11.19",
		"8.4.0":                                                                               "8.4.0",
		"":                                                                                    "",
	} {
		if got := versionOf(text); got != want {
			t.Errorf("versionOf(%q): got %q, want %q", text, got, want)
		}
	}
}

func TestNameOf(t *testing.T) {
	for _, tt := range []struct {
		dialect       schema.Dialect
		version, want string
	}{
		{schema.SQLite, "3.53.4", "sqlite"},
		{schema.Postgres, "15.20", "postgres15"},
		{schema.Postgres, "19", "postgres19"},
		{schema.MariaDB, "10.11.19", "mariadb10.11"},
		{schema.MySQL, "9.7.4", "mysql9.7"},
	} {
		got := nameOf(tt.dialect, tt.version)
		if got != tt.want {
			t.Errorf("nameOf(%s, %s): got %q, want %q", tt.dialect, tt.version, got, tt.want)
		}
		if w, err := parseEntry(got); err != nil || w.dialect != tt.dialect || tt.dialect != schema.SQLite && !w.accepts(tt.version) {
			t.Errorf("%q does not ask for %s %s: %+v, %v", got, tt.dialect, tt.version, w, err)
		}
	}
}
