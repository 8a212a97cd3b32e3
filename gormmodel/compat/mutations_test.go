package compat

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/whimbreldb/whimbrel/gormmodel"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
)

// A mutation changes one thing in a database that AutoMigrate made. It must be
// reported once, as itself.
type mutation struct {
	sql  string
	want []string // from the mutated database to the models
	undo string   // where DDL cannot be rolled back
	// settle says that the server writes more in another way than was changed.
	settle bool
}

// TestPostgresMutations: nothing that differs stays unseen on PostgreSQL.
func TestPostgresMutations(t *testing.T) {
	servers(t, func(t *testing.T, s *dbtest.Server) {
		if s.Dialect != schema.Postgres {
			return
		}
		models := awkward(s.Dialect)
		pool := s.Database(t)
		autoMigrate(t, s, pool, models...)
		d := comparetest.Dialect(t, s.Dialect, pool)
		built := comparetest.Built(t, d, pool, load(t, gormmodel.Models(onServer(t, s.Dialect, pool), models...)).Schema, schema.Enum)
		for _, m := range postgresMutations {
			t.Run(m.sql, func(t *testing.T) {
				tx, err := pool.Begin()
				if err != nil {
					t.Fatal(err)
				}
				defer tx.Rollback()
				if _, err := tx.Exec(m.sql); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(m.want, comparetest.Differences(t, d, tx, built), cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("reported (-want +got):\n%s", diff)
				}
			})
		}
	})
}

// TestMySQLMutations: nothing that differs stays unseen on MariaDB and MySQL.
func TestMySQLMutations(t *testing.T) {
	servers(t, func(t *testing.T, s *dbtest.Server) {
		if s.Dialect == schema.Postgres {
			return
		}
		models := awkward(s.Dialect)
		pool := s.Database(t)
		autoMigrate(t, s, pool, models...)
		d := comparetest.Dialect(t, s.Dialect, pool)
		built := comparetest.Built(t, d, pool, load(t, gormmodel.Models(onServer(t, s.Dialect, pool), models...)).Schema)
		for _, m := range mysqlMutations {
			t.Run(m.sql, func(t *testing.T) {
				if _, err := pool.Exec(m.sql); err != nil {
					t.Fatal(err)
				}
				got := comparetest.Differences(t, d, pool, built)
				if m.settle {
					got = comparetest.Settled(t, d, pool, built)
				}
				if _, err := pool.Exec(m.undo); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(m.want, got, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("reported (-want +got):\n%s", diff)
				}
			})
		}
		for _, line := range comparetest.Settled(t, d, pool, built) {
			t.Errorf("not undone: %s", line)
		}
	})
}

var postgresMutations = []mutation{
	{sql: `SELECT 1`},
	{
		sql:  `ALTER TABLE members ALTER name TYPE varchar(60)`,
		want: []string{"alter column members.name: type character varying(60) to character varying(50)"},
	},
	{
		sql:  `ALTER TABLE members ALTER name DROP NOT NULL`,
		want: []string{"alter column members.name: NULL to NOT NULL"},
	},
	{sql: `ALTER TABLE members ALTER rating SET DEFAULT 1.50`},
	{
		sql:  `ALTER TABLE members ALTER rating SET DEFAULT 1.25`,
		want: []string{"alter column members.rating: default 1.25 to 1.5"},
	},
	{
		sql:  `ALTER TABLE members ALTER active DROP DEFAULT`,
		want: []string{"alter column members.active: default none to true"},
	},
	{
		sql:  `ALTER TABLE members ALTER active SET DEFAULT false`,
		want: []string{"alter column members.active: default false to true"},
	},
	{
		sql:  `ALTER TABLE presets ALTER low SET DEFAULT upper('ABC')`,
		want: []string{"alter column presets.low: default upper('ABC'::text) to lower('ABC'::text)"},
	},
	{
		sql:  `ALTER TABLE presets ALTER made SET DEFAULT now()`,
		want: []string{"alter column presets.made: default now() to CURRENT_TIMESTAMP"},
	},
	{
		sql:  `ALTER TABLE members DROP CONSTRAINT uni_members_mail`,
		want: []string{"add unique constraint members.uni_members_mail"},
	},
	{
		sql:  `ALTER TABLE members RENAME CONSTRAINT uni_members_mail TO members_mail_key`,
		want: []string{"unique constraint on members: named uni_members_mail, not members_mail_key"},
	},
	{
		sql:  `DROP INDEX idx_members_deleted_at`,
		want: []string{"add index members.idx_members_deleted_at"},
	},
	{
		sql:  `DROP INDEX idx_sheet_open; CREATE INDEX idx_sheet_open ON sheets (status) WHERE status <> 'closed'`,
		want: []string{"drop index sheets.idx_sheet_open", "add index sheets.idx_sheet_open"},
	},
	{
		sql:  `DROP INDEX idx_sheet_level; CREATE INDEX idx_sheet_level ON sheets (level)`,
		want: []string{"drop index sheets.idx_sheet_level", "add index sheets.idx_sheet_level"},
	},
	{
		sql:  `DROP INDEX idx_ci; CREATE INDEX idx_ci ON elephants (ci)`,
		want: []string{"drop index elephants.idx_ci", "add index elephants.idx_ci"},
	},
	{
		sql:  `DROP INDEX idx_jb; CREATE INDEX idx_jb ON elephants USING gin (jb jsonb_path_ops)`,
		want: []string{"drop index elephants.idx_jb", "add index elephants.idx_jb"},
	},
	{
		sql:  `DROP INDEX idx_sheet_shelf_slug; CREATE UNIQUE INDEX idx_sheet_shelf_slug ON sheets (slug, shelf_id)`,
		want: []string{"drop index sheets.idx_sheet_shelf_slug", "add index sheets.idx_sheet_shelf_slug"},
	},
	{
		sql:  `ALTER TABLE purses DROP CONSTRAINT chk_purses_kind, ADD CONSTRAINT chk_purses_kind CHECK (kind IN ('day', 'week'))`,
		want: []string{"drop check purses.chk_purses_kind", "add check purses.chk_purses_kind"},
	},
	{
		sql:  `ALTER TABLE purses DROP CONSTRAINT chk_balance, ADD CONSTRAINT chk_balance CHECK (balance >= 0 AND balance <= 1e9)`,
		want: []string{"drop check purses.chk_balance", "add check purses.chk_balance"},
	},
	{
		sql:  `ALTER TABLE cards DROP CONSTRAINT fk_members_cards`,
		want: []string{"add foreign key cards.fk_members_cards"},
	},
	{
		sql:  `ALTER TABLE addresses DROP CONSTRAINT fk_members_address, ADD CONSTRAINT fk_members_address FOREIGN KEY (member_id) REFERENCES members (id) ON DELETE CASCADE ON UPDATE CASCADE`,
		want: []string{"drop foreign key addresses.fk_members_address", "add foreign key addresses.fk_members_address"},
	},
	{
		sql:  `ALTER TABLE squares DROP area; ALTER TABLE squares ADD area integer GENERATED ALWAYS AS (w + h) STORED`,
		want: []string{"alter column squares.area: generated expression"},
	},
	{
		sql:  `COMMENT ON COLUMN remarkeds.text IS 'other'`,
		want: []string{"alter column remarkeds.text: comment"},
	},
	{
		sql:  `ALTER TABLE lions ALTER id DROP DEFAULT; DROP SEQUENCE lions_id_seq`,
		want: []string{"alter column lions.id: type bigint to bigserial, auto-increment"},
	},
	{
		sql:  `ALTER TABLE lions ALTER id DROP DEFAULT; DROP SEQUENCE lions_id_seq; ALTER TABLE lions ALTER id ADD GENERATED BY DEFAULT AS IDENTITY`,
		want: []string{"alter column lions.id: type bigint to bigserial"},
	},
	{
		sql:  `ALTER TABLE identifieds ALTER id SET GENERATED BY DEFAULT`,
		want: []string{"alter column identifieds.id: identity"},
	},
	{
		sql:  `ALTER TABLE identifieds ALTER id DROP IDENTITY`,
		want: []string{"alter column identifieds.id: auto-increment, identity"},
	},
	{
		sql:  `ALTER TABLE elephants ALTER t_sx TYPE timestamptz`,
		want: []string{"alter column elephants.t_sx: type timestamp with time zone to timestamp without time zone"},
	},
	{
		sql:  `ALTER TABLE elephants ALTER js TYPE jsonb USING js::jsonb`,
		want: []string{"alter column elephants.js: type jsonb to json"},
	},
	{
		sql:  `ALTER TABLE elephants ALTER nums TYPE bigint[]`,
		want: []string{"alter column elephants.nums: type bigint[] to integer[]"},
	},
	{
		sql:  `ALTER TABLE elephants ALTER iv SET DEFAULT '24 hours'`,
		want: []string{`alter column elephants.iv: default "24:00:00" to "1 day"`},
	},
	{
		sql:  `ALTER TABLE elephants ALTER mood SET DEFAULT 'sad'`,
		want: []string{`alter column elephants.mood: default "sad" to "ok"`},
	},
	{
		sql:  `ALTER TABLE elephants DROP twice; ALTER TABLE elephants ADD twice bigint GENERATED ALWAYS AS (i4 * 3) STORED`,
		want: []string{"alter column elephants.twice: generated expression"},
	},
	{
		sql:  `DROP INDEX idx_cased; CREATE INDEX idx_cased ON elephants (cased varchar_pattern_ops)`,
		want: []string{"drop index elephants.idx_cased", "add index elephants.idx_cased"},
	},
	{
		sql:  `ALTER TABLE audit.events ADD COLUMN extra text`,
		want: []string{"drop column audit.events.extra"},
	},
	{
		sql:  `DROP TABLE audit.events`,
		want: []string{"add table audit.events"},
	},
	{
		sql:  `CREATE TABLE stray (id int)`,
		want: []string{"drop table stray"},
	},
	{
		sql:  `ALTER TABLE invoice_lines DROP CONSTRAINT fk_invoices_lines`,
		want: []string{"add foreign key invoice_lines.fk_invoices_lines"},
	},
	{
		sql:  `ALTER TABLE phrases DROP CONSTRAINT phrases_pkey, ADD PRIMARY KEY (locale, id)`,
		want: []string{"alter primary key of phrases: (locale, id) to (id, locale)"},
	},
	{
		sql:  `ALTER TABLE members ALTER nick TYPE varchar(40) COLLATE "C"`,
		want: []string{"alter column members.nick: collation"},
	},
	{
		sql:  `ALTER TABLE sorts RENAME i64 TO i640`,
		want: []string{"add column sorts.i64", "drop column sorts.i640"},
	},
	{
		sql:  `ALTER TABLE sorts ALTER t6 TYPE timestamptz(3)`,
		want: []string{"alter column sorts.t6: type timestamp(3) with time zone to timestamp(6) with time zone"},
	},
	{
		sql:  `ALTER TABLE sorts ALTER dec TYPE numeric(12, 5)`,
		want: []string{"alter column sorts.dec: type numeric(12,5) to numeric(12,4)"},
	},
}

var mysqlMutations = []mutation{
	{sql: "SELECT 1", undo: "SELECT 1"},
	{
		sql:  "ALTER TABLE members MODIFY name varchar(60) NOT NULL",
		undo: "ALTER TABLE members MODIFY name varchar(50) NOT NULL",
		want: []string{"alter column members.name: type varchar(60) to varchar(50)"},
	},
	{
		sql:  "ALTER TABLE members MODIFY name varchar(50)",
		undo: "ALTER TABLE members MODIFY name varchar(50) NOT NULL",
		want: []string{"alter column members.name: NULL to NOT NULL"},
	},
	{sql: "ALTER TABLE members ALTER rating SET DEFAULT 1.50", undo: "ALTER TABLE members ALTER rating SET DEFAULT 1.5"},
	{
		sql:  "ALTER TABLE members ALTER rating SET DEFAULT 1.25",
		undo: "ALTER TABLE members ALTER rating SET DEFAULT 1.5",
		want: []string{"alter column members.rating: default 1.25 to 1.5"},
	},
	{
		sql:  "ALTER TABLE members ALTER active DROP DEFAULT",
		undo: "ALTER TABLE members MODIFY active boolean DEFAULT true",
		want: []string{"alter column members.active: default none to 1"},
	},
	{
		sql:  "ALTER TABLE members MODIFY active tinyint DEFAULT 1",
		undo: "ALTER TABLE members MODIFY active boolean DEFAULT true",
		want: []string{"alter column members.active: type tinyint to tinyint(1)"},
	},
	{
		sql:  "ALTER TABLE members MODIFY age tinyint",
		undo: "ALTER TABLE members MODIFY age tinyint unsigned",
		want: []string{"alter column members.age: type tinyint to tinyint unsigned"},
	},
	{
		sql:  "ALTER TABLE members MODIFY born datetime NULL",
		undo: "ALTER TABLE members MODIFY born datetime(3) NULL",
		want: []string{"alter column members.born: type datetime to datetime(3)"},
	},
	{
		sql:  "ALTER TABLE members DROP INDEX uni_members_mail",
		undo: "ALTER TABLE members ADD CONSTRAINT uni_members_mail UNIQUE (mail)",
		want: []string{"add index members.uni_members_mail"},
	},
	{
		sql:  "ALTER TABLE members RENAME INDEX uni_members_mail TO mail",
		undo: "ALTER TABLE members RENAME INDEX mail TO uni_members_mail",
		want: []string{"index on members: named uni_members_mail, not mail"},
	},
	{
		sql:  "DROP INDEX idx_members_deleted_at ON members",
		undo: "CREATE INDEX idx_members_deleted_at ON members (deleted_at)",
		want: []string{"add index members.idx_members_deleted_at"},
	},
	{
		sql:  "ALTER TABLE sheets DROP INDEX idx_sheet_level, ADD INDEX idx_sheet_level (level)",
		undo: "ALTER TABLE sheets DROP INDEX idx_sheet_level, ADD INDEX idx_sheet_level (level DESC)",
		want: []string{"drop index sheets.idx_sheet_level", "add index sheets.idx_sheet_level"},
	},
	{
		sql:  "ALTER TABLE sheets DROP INDEX udx_sheet_live, ADD INDEX udx_sheet_live (level)",
		undo: "ALTER TABLE sheets DROP INDEX udx_sheet_live, ADD UNIQUE INDEX udx_sheet_live (level)",
		want: []string{"drop index sheets.udx_sheet_live", "add index sheets.udx_sheet_live"},
	},
	{
		sql:  "ALTER TABLE seals DROP INDEX idx_prefix, ADD INDEX idx_prefix (prefix(30))",
		undo: "ALTER TABLE seals DROP INDEX idx_prefix, ADD INDEX idx_prefix (prefix(20))",
		want: []string{"drop index seals.idx_prefix", "add index seals.idx_prefix"},
	},
	{
		sql:  "ALTER TABLE seals DROP INDEX idx_body",
		undo: "ALTER TABLE seals ADD FULLTEXT INDEX idx_body (body)",
		want: []string{"add index seals.idx_body"},
	},
	{
		sql:  "ALTER TABLE seals DROP INDEX idx_noted, ADD INDEX idx_noted (noted) COMMENT 'unseen'",
		undo: "ALTER TABLE seals DROP INDEX idx_noted, ADD INDEX idx_noted (noted) COMMENT 'seen'",
		want: []string{"drop index seals.idx_noted", "add index seals.idx_noted"},
	},
	{
		sql:  "ALTER TABLE seals MODIFY colour enum('red','green','blue') NOT NULL DEFAULT 'red'",
		undo: "ALTER TABLE seals MODIFY colour enum('red','green') NOT NULL DEFAULT 'red'",
		want: []string{"alter column seals.colour: type enum('red','green','blue') to enum('red','green')"},
	},
	{
		sql:  "ALTER TABLE seals MODIFY flags set('a','c','b')",
		undo: "ALTER TABLE seals MODIFY flags set('a','b','c')",
		want: []string{"alter column seals.flags: type set('a','c','b') to set('a','b','c')"},
	},
	{
		sql:  "ALTER TABLE seals MODIFY bin varchar(20) COLLATE utf8mb4_general_ci",
		undo: "ALTER TABLE seals MODIFY bin varchar(20) COLLATE utf8mb4_bin",
		want: []string{"alter column seals.bin: collation"},
	},
	{
		sql:  "ALTER TABLE seals MODIFY touched timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP",
		undo: "ALTER TABLE seals MODIFY touched timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP",
		want: []string{"alter column seals.touched: on update"},
	},
	{
		sql:  "ALTER TABLE seals MODIFY body longtext",
		undo: "ALTER TABLE seals MODIFY body mediumtext",
		want: []string{"alter column seals.body: type longtext to mediumtext"},
	},
	{
		sql:  "ALTER TABLE seals DROP twice, ADD twice int GENERATED ALWAYS AS (wide * 3)",
		undo: "ALTER TABLE seals DROP twice, ADD twice int GENERATED ALWAYS AS (wide * 2)",
		want: []string{"alter column seals.twice: generated expression"},
	},
	{
		sql:  "ALTER TABLE addresses DROP FOREIGN KEY fk_members_address, ADD CONSTRAINT fk_members_address2 FOREIGN KEY (member_id) REFERENCES members (id) ON DELETE CASCADE ON UPDATE CASCADE",
		undo: "ALTER TABLE addresses DROP FOREIGN KEY fk_members_address2, ADD CONSTRAINT fk_members_address FOREIGN KEY (member_id) REFERENCES members (id) ON DELETE SET NULL ON UPDATE CASCADE",
		want: []string{"drop foreign key addresses.fk_members_address2", "add foreign key addresses.fk_members_address"},
	},
	{
		sql:  "ALTER TABLE cards DROP FOREIGN KEY fk_members_cards",
		undo: "ALTER TABLE cards ADD CONSTRAINT fk_members_cards FOREIGN KEY (member_id) REFERENCES members (id)",
		want: []string{"add foreign key cards.fk_members_cards"},
	},
	{
		sql:  "ALTER TABLE remarkeds MODIFY text varchar(10) COMMENT 'other'",
		undo: "ALTER TABLE remarkeds MODIFY text varchar(10) COMMENT 'it''s a \"text\"; really'",
		want: []string{"alter column remarkeds.text: comment"},
	},
	{
		sql:  "ALTER TABLE lions MODIFY id bigint NOT NULL",
		undo: "ALTER TABLE lions MODIFY id bigint NOT NULL AUTO_INCREMENT",
		want: []string{"alter column lions.id: auto-increment"},
	},
	{
		sql:  "ALTER TABLE phrases DROP PRIMARY KEY, ADD PRIMARY KEY (locale, id)",
		undo: "ALTER TABLE phrases DROP PRIMARY KEY, ADD PRIMARY KEY (id, locale)",
		want: []string{"alter primary key of phrases: (locale, id) to (id, locale)"},
	},
	{
		sql:  "ALTER TABLE sorts RENAME COLUMN i64 TO i640",
		undo: "ALTER TABLE sorts RENAME COLUMN i640 TO i64",
		want: []string{"add column sorts.i64", "drop column sorts.i640"},
	},
	{
		sql:  "ALTER TABLE sorts MODIFY `dec` decimal(12, 5)",
		undo: "ALTER TABLE sorts MODIFY `dec` decimal(12, 4)",
		want: []string{"alter column sorts.dec: type decimal(12,5) to decimal(12,4)"},
	},
	{
		sql:  "ALTER TABLE notes ENGINE = MyISAM",
		undo: "ALTER TABLE notes ENGINE = InnoDB",
		want: []string{"alter table notes: options"},
	},
	{
		sql:  "CREATE TABLE stray (id int)",
		undo: "DROP TABLE stray",
		want: []string{"drop table stray"},
	},
	{
		sql:  "ALTER TABLE notes ADD extra text",
		undo: "ALTER TABLE notes DROP extra",
		want: []string{"drop column notes.extra"},
	},
	// The last one: MySQL writes the other check of the table in another way when
	// it has altered the table.
	{
		settle: true,
		sql:    "ALTER TABLE purses DROP CONSTRAINT chk_purses_kind, ADD CONSTRAINT chk_purses_kind CHECK (kind IN ('day', 'week'))",
		undo:   "ALTER TABLE purses DROP CONSTRAINT chk_purses_kind, ADD CONSTRAINT chk_purses_kind CHECK (kind IN ('day', 'week', 'it''s'))",
		want:   []string{"drop check purses.chk_purses_kind", "add check purses.chk_purses_kind"},
	},
}
