package app

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/connect"
	"github.com/whimbreldb/whimbrel/internal/connect/connecttest"
	"github.com/whimbreldb/whimbrel/shell"
)

// TestSecrets: whatever is wrong with a URL, its password is not in what is
// printed.
func TestSecrets(t *testing.T) {
	connecttest.NoSettings(t)
	for _, url := range []string{
		"postgres://me:hunter2@host:notaport/shop",
		"postgres://me:hunter2%zz@host/shop",
		"postgres://me:hunter2@host/shop?sslmode=wrong",
		"postgres://host/shop?password=hunter2&sslmode=wrong",
		"mysql://me:hunter2@tcp(host:3306)/",
		"me:hunter2@tcp(host:3306)/shop",
		"host=db user=me password=hunter2",
		"sqlite://me:hunter2@host/shop.db",
		"sqlite:///shop.db?key=hunter2",
		" postgres://me:hunter2@host/shop",
		"\x00postgres://me:hunter2@host/shop",
		"hunter2",
	} {
		a := New("shop", Config{Database: url}, every...)
		var out strings.Builder
		if code := a.Run(t.Context(), []string{"db", "upgrade"}, strings.NewReader(""), &out, &out); code != 1 {
			t.Errorf("%q: exit code %d", url, code)
		}
		_, err := a.Project()
		queryErr := a.DB().PingContext(t.Context())
		if whimbrel.CodeOf(err) != whimbrel.BadDatabase || whimbrel.CodeOf(queryErr) != whimbrel.BadDatabase {
			t.Errorf("%q: got %v and %v", url, err, queryErr)
		}
		all := out.String() + fmt.Sprintf("%v %+v %#v %v %+v", err, err, err, queryErr, a)
		if strings.Contains(all, "hunter2") {
			t.Errorf("%q: the password is in\n%s", url, all)
		}
	}
}

// TestSecretIsNotPrinted: nothing that holds a password prints it.
func TestSecretIsNotPrinted(t *testing.T) {
	connecttest.NoSettings(t)
	t.Setenv("PGPASSWORD", "hunter2")
	for _, url := range []string{"postgres://me:hunter2@h/shop", "postgres://me@h/shop", "mysql://me:hunter2@h/shop"} {
		a := New("shop", Config{Database: url}, every...)
		if a.own.broken != nil {
			t.Fatal(a.own.broken)
		}
		var out strings.Builder
		log := slog.New(slog.NewTextHandler(&out, nil))
		password := connect.NewSecret("hunter2")
		for _, v := range []any{a, *a, a.own.database, a.own.database.Connector, password, &password, struct{ p connect.Secret }{password}, struct{ P connect.Secret }{password}} {
			fmt.Fprintf(&out, "%v %+v %#v %s %q %x\n", v, v, v, v, v, v)
			log.Info("x", "v", v)
			out.WriteString(shell.Format(v))
		}
		text, err := json.Marshal(struct{ P connect.Secret }{password})
		if err != nil {
			t.Error(err)
		}
		out.Write(text)
		for _, leak := range []string{"hunter2", fmt.Sprintf("%x", "hunter2"), fmt.Sprintf("%v", []byte("hunter2"))} {
			if strings.Contains(out.String(), leak) {
				t.Errorf("%s: %s is in\n%s", url, leak, out.String())
			}
		}
		if got := shell.Format(a); got != "<App shop>" {
			t.Errorf("the shell prints the app as %.200s", got)
		}
		a.Close()
	}
}
