package journal_test

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/journal"
)

// The statements that record a revision as applied: the row of the version
// table, and the line of the log.
func ExampleRecord() {
	for _, stmt := range journal.Record(sqlite.New("3.50.0"), journal.Entry{Revision: "7ad34929a0f2", Hash: "v1:0", Action: journal.Upgrade}, 7) {
		fmt.Println(stmt)
	}
	// Output:
	// INSERT INTO "whimbrel_version" (revision, hash, duration_ms) VALUES ('7ad34929a0f2', 'v1:0', 0)
	// INSERT INTO "whimbrel_journal" (id, revision, action, step, state) VALUES (8, '7ad34929a0f2', 'upgrade', -1, 'done')
}
