package whimbrel_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A process that is killed in the middle of a comparison leaves nothing behind,
// at the latest when the next one has compared something.
func TestScratchOfAKilledProcess(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		if s.Dialect == schema.SQLite {
			return // its scratch place is in memory
		}
		url := s.URL(t)
		db := s.Open(t, url)
		victim := exec.Command(os.Args[0], "-test.run=^TestScratchVictim$", "-test.v")
		victim.Env = append(os.Environ(), "WHIM_TEST_VICTIM="+url, "WHIM_TEST_DATABASES="+s.Entry())
		victim.Stderr = os.Stderr
		out, err := victim.StdoutPipe()
		if err == nil {
			err = victim.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		place := ""
		for lines := bufio.NewScanner(out); place == "" && lines.Scan(); {
			_, place, _ = strings.Cut(lines.Text(), "built in ")
		}
		_ = victim.Process.Kill()
		_ = victim.Wait()
		if place == "" {
			t.Fatal("the other process never came to build anything")
		}

		// The server has to notice first that nobody is there any more.
		for wait := time.Now().Add(30 * time.Second); ; {
			if err := speaks(t, s, db).Scratch(t.Context(), db, func(context.Context, *sql.Conn, dialect.Dialect) error { return nil }); err != nil {
				t.Fatal(err)
			}
			if !hasPlace(t, s, db, place) {
				break
			}
			if time.Now().After(wait) {
				t.Fatalf("%s is left", place)
			}
			time.Sleep(50 * time.Millisecond)
		}
	})
}

// TestScratchVictim is the process that is killed.
func TestScratchVictim(t *testing.T) {
	url := os.Getenv("WHIM_TEST_VICTIM")
	if url == "" {
		return // only TestScratchOfAKilledProcess runs it
	}
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		db := s.Open(t, url)
		err := speaks(t, s, db).Scratch(t.Context(), db, func(ctx context.Context, conn *sql.Conn, d dialect.Dialect) error {
			stmts, err := d.Compile([]op.Op{op.CreateTable{Table: schema.NewTable("victim", schema.Int("id"))}}, op.NewState(schema.Schema{}))
			if err != nil {
				return err
			}
			for _, stmt := range stmts {
				if _, err := conn.ExecContext(ctx, stmt.SQL); err != nil {
					return err
				}
			}
			query := "SELECT DATABASE()"
			if s.Dialect == schema.Postgres {
				query = "SELECT nspname FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid WHERE relname = 'victim'"
			}
			var place string
			if err := conn.QueryRowContext(ctx, query).Scan(&place); err != nil {
				return err
			}
			// Of an open transaction nobody else sees anything.
			if s.Dialect != schema.Postgres && !hasPlace(t, s, db, place) {
				t.Fatal(place, "is no scratch place")
			}
			fmt.Printf("\nbuilt in %s\n", place)
			time.Sleep(time.Minute)
			return nil
		})
		t.Fatal("nobody killed this process", err)
	})
}

// hasPlace reports whether there is the database, or the namespace, of a
// comparison.
func hasPlace(t *testing.T, s *dbtest.Server, db *sql.DB, name string) (yes bool) {
	t.Helper()
	query := "SELECT count(*) > 0 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '" + name + "'"
	if s.Dialect == schema.Postgres {
		query = "SELECT count(*) > 0 FROM pg_namespace WHERE nspname = '" + name + "'"
	}
	if err := db.QueryRow(query).Scan(&yes); err != nil {
		t.Fatal(err)
	}
	return yes
}
