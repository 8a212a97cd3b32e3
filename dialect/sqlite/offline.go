package sqlite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
)

// Script returns stmts as a script for the sqlite3 shell.
//
// Its checks stop it: each puts a row into a temporary table that takes only
// what holds. The shell goes on after an error unless it is told not to, and
// would drop the old table all the same: so the script begins by telling it.
// What is in the transaction until then is gone when the shell ends.
// foreign_keys stays as a rebuild needs it: what it was before, a script cannot
// know.
func (Dialect) Script(stmts []dialect.Stmt) string {
	return ".bail on\n" + strings.Join(offlineScript(stmts), ";\n") + ";\n"
}

func offlineScript(stmts []dialect.Stmt) []string {
	var out []string
	if slices.ContainsFunc(stmts, func(s dialect.Stmt) bool { return s.Rebuild }) {
		out = append(out, "PRAGMA foreign_keys = OFF")
	}
	checks := slices.ContainsFunc(stmts, func(s dialect.Stmt) bool { return s.Kind != dialect.Exec })
	if checks {
		out = append(out, "CREATE TEMP TABLE IF NOT EXISTS whim_check (wrong text, holds CHECK (holds))")
	}
	out = append(out, "BEGIN IMMEDIATE")
	kept := map[string]string{} // temporary tables, by key
	var temps []string          // all of them: a key can come again
	for _, s := range stmts {
		switch query := strings.TrimSuffix(strings.TrimSpace(s.SQL), ";"); s.Kind {
		case dialect.Exec:
			out = append(out, query)
		case dialect.Remember:
			kept[s.Key] = quoteIdent(fmt.Sprintf("whim_kept_%d", len(temps)))
			temps = append(temps, kept[s.Key])
			out = append(out, "CREATE TEMP TABLE "+kept[s.Key]+" AS\n"+query)
		case dialect.Same:
			out = append(out, holds(s.Must, "NOT EXISTS ("+except(query, kept[s.Key])+") AND NOT EXISTS ("+missing(query, kept[s.Key])+")"))
		case dialect.NoNew:
			out = append(out, holds(s.Must, "NOT EXISTS ("+except(query, kept[s.Key])+")"))
		case dialect.None:
			out = append(out, holds(s.Must, "NOT EXISTS ("+query+")"))
		case dialect.Go: // has no SQL; whoever writes a script refuses it
		}
	}
	for _, table := range temps {
		out = append(out, "DROP TABLE temp."+table)
	}
	return append(out, "COMMIT")
}

func holds(must, condition string) string {
	return "INSERT INTO whim_check\nSELECT " + quoteString(must) + ", " + condition
}

func except(query, table string) string {
	return "SELECT * FROM (" + query + ") EXCEPT SELECT * FROM temp." + table
}

func missing(query, table string) string {
	return "SELECT * FROM temp." + table + " EXCEPT SELECT * FROM (" + query + ")"
}
