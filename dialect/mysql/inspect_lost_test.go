package mysql

import (
	"database/sql"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
)

// Characters outside the basic plane, where neither information_schema nor SHOW
// CREATE TABLE has them, and question marks that are no more than that.
func TestInspectLost(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server, db *sql.DB, d Dialect) {
		exec(t, db, "ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
			"CREATE TABLE lost (a varchar(600) NOT NULL DEFAULT 'é😀?', b enum('?','😀','o''😀') NOT NULL DEFAULT '😀', c set('x','?😀','?') DEFAULT '?,?😀',"+
				" d enum('𐐀','?') CHARACTER SET utf16 DEFAULT '𐐀', e varchar(9) CHARACTER SET utf32 DEFAULT '𐐀', f enum('a','?') DEFAULT '?',"+
				" g varbinary(600) NOT NULL DEFAULT x'00ff', h varbinary(36) DEFAULT (uuid()), `?` char(3) CHARACTER SET latin1 DEFAULT 'é?')")
		live := inspect(t, d, db)
		lost, _ := live.Table("lost")
		if lost.Unsupported != "" {
			t.Error(lost.Unsupported)
		}
		for i, want := range []struct {
			typ string
			def schema.Default
		}{
			{"varchar(600)", schema.StringValue("é😀?")},
			{"enum('?','😀','o''😀')", schema.StringValue("😀")},
			{"set('x','?😀','?')", schema.StringValue("?😀,?")},
			{"enum('𐐀','?')", schema.StringValue("𐐀")},
			{"varchar(9)", schema.StringValue("𐐀")},
			{"enum('a','?')", schema.StringValue("?")},
			{"varbinary(600)", schema.Expression("x'00FF'")},
			{"varbinary(36)", schema.Expression(map[schema.Dialect]string{schema.MySQL: "(uuid())", schema.MariaDB: "uuid()"}[s.Dialect])},
			{"char(3)", schema.StringValue("é?")},
		} {
			if c := lost.Columns[i]; c.Type.Text != want.typ || c.Default != want.def {
				t.Errorf("column %s: %s, default %+v; want %s, %+v", c.Name, c.Type.Text, c.Default, want.typ, want.def)
			}
		}
		rebuilt(t, s, db, d)
		same(t, d, db, live)
	})
}
