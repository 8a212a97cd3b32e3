package tricky

import (
	"context"
	"net"
	"time"

	"github.com/uptrace/bun"
)

// Place is what PostgreSQL alone has.
type Place struct {
	bun.BaseModel `bun:"table:places"`
	ID            int64             `bun:",pk,identity"`
	Small         int16             `bun:",identity"`
	Names         []string          `bun:",array"`
	Numbers       []int64           `bun:"type:bigint[]"`
	Texts         []string          `bun:"type:varchar(20)[],notnull,default:'{}'"`
	Attrs         map[string]string `bun:",hstore"`
	Mood          string            `bun:"type:mood,notnull,default:'ok'"`
	Addr          net.IP
	Net           net.IPNet
	Spans         []string  `bun:"type:int4multirange"`
	Made          time.Time `bun:"type:timestamptz(3),nullzero,default:current_timestamp"`
	Plain         time.Time `bun:"type:timestamp"`
	Doc           any       `bun:"type:jsonb"`
	Key           string    `bun:"type:uuid,default:gen_random_uuid()"`
	Money         string    `bun:"type:numeric(12,4)"`
	Twice         int       `bun:"type:integer GENERATED ALWAYS AS (\"size\" * 2) STORED"`
	Size          int       `bun:"type:integer"`
	Sorted        string    `bun:"type:text COLLATE ucs_basic"`
	Part          Pair      `bun:",composite:pair"`
	Grade         int       `bun:"type:grade"`
	Mail          string    `bun:"type:citext"`
}

// Pair is a type of PostgreSQL's.
type Pair struct {
	A int
	B string
}

// BeforeCreateTable makes the types that the columns are of.
func (*Place) BeforeCreateTable(ctx context.Context, q *bun.CreateTableQuery) error {
	for _, stmt := range []string{
		"CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s fine')",
		"CREATE EXTENSION IF NOT EXISTS citext",
		"CREATE SEQUENCE tickets START 100; CREATE DOMAIN grade AS integer CHECK (VALUE BETWEEN 1 AND 6)",
		"CREATE MATERIALIZED VIEW mood_list AS SELECT unnest(enum_range(NULL::mood)) AS mood",
	} {
		if _, err := q.DB().ExecContext(ctx, stmt); err != nil {
			return err
		}
	}
	return nil
}

// AfterCreateTable makes indexes of every kind, and what else there is.
func (*Place) AfterCreateTable(ctx context.Context, q *bun.CreateTableQuery) error {
	db := q.DB()
	if _, err := db.NewCreateIndex().Model((*Place)(nil)).Index("places_names_idx").Using("gin").Column("names").IfNotExists().Exec(ctx); err != nil {
		return err
	}
	if _, err := db.NewCreateIndex().Model((*Place)(nil)).Unique().Index("places_lower_idx").ColumnExpr("lower(sorted)").ColumnExpr("size DESC NULLS LAST").
		Include("key").Where("size > ?", 3).Exec(ctx); err != nil {
		return err
	}
	if _, err := db.NewCreateIndex().Model((*Place)(nil)).Index("places_pattern_idx").ColumnExpr("sorted text_pattern_ops").Exec(ctx); err != nil {
		return err
	}
	for _, stmt := range []string{
		"ALTER TABLE places ADD CONSTRAINT size_ok CHECK (size BETWEEN 0 AND 100)",
		"COMMENT ON TABLE places IS 'where it''s at'; COMMENT ON COLUMN \"places\".\"size\" IS 'in metres'",
		"CREATE VIEW big_places AS SELECT id, size FROM places WHERE size > 10",
		"CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.made := now(); RETURN NEW; END $$",
		"CREATE TRIGGER touch_places BEFORE UPDATE ON places FOR EACH ROW EXECUTE FUNCTION touch()",
	} {
		if _, err := db.ExecContext(ctx, stmt); err != nil {
			return err
		}
	}
	return nil
}

// Log is in another schema.
type Log struct {
	bun.BaseModel `bun:"table:audit.logs,alias:l"`
	ID            int64 `bun:",pk,autoincrement"`
	Line          string
	UserID        int64 `bun:",nullzero"`
	User          *User `bun:"rel:belongs-to,join:user_id=id"`
}

// Stay refers to a key in another order than the key's own, which MySQL refuses.
type Stay struct {
	ID int64   `bun:",pk,autoincrement"`
	TA int64   `bun:"ta"`
	TB int64   `bun:"tb"`
	T  *Tenant `bun:"rel:belongs-to,join:tb=b,join:ta=a"`
}

// Event is partitioned.
type Event struct {
	bun.BaseModel `bun:"table:events"`
	At            time.Time `bun:",pk"`
	Text          string
}

func (*Event) BeforeCreateTable(_ context.Context, q *bun.CreateTableQuery) error {
	q.PartitionBy("RANGE (at)")
	return nil
}

// Sheet is what MySQL and MariaDB alone have.
type Sheet struct {
	bun.BaseModel `bun:"table:sheets"`
	ID            uint64  `bun:"type:bigint unsigned,pk,autoincrement"`
	Kind          string  `bun:"type:enum('a','b','it''s'),notnull,default:'a'"`
	Title         string  `bun:"type:varchar(120)"`
	Body          string  `bun:"type:longtext"`
	Tiny          bool    `bun:"type:tinyint(1),default:1"`
	Price         float64 `bun:"type:decimal(10,2),default:0.00"`
	Doc           any     `bun:"type:json"`
	Twice         int     `bun:"type:int AS (size * 2) STORED"`
	Size          int     `bun:"type:int,nullzero"`
	Bytes         []byte  `bun:"type:varbinary(32),unique"`
	Sorted        string  `bun:"type:varchar(20) COLLATE utf8mb4_bin"`
}

// AfterCreateTable makes indexes that only these have.
func (*Sheet) AfterCreateTable(ctx context.Context, q *bun.CreateTableQuery) error {
	for _, stmt := range []string{
		"CREATE INDEX sheets_body_idx ON sheets (body(20), title)",
		"CREATE FULLTEXT INDEX sheets_text_idx ON sheets (body)",
		"CREATE VIEW big_sheets AS SELECT id, size FROM sheets WHERE size > 10",
	} {
		if _, err := q.DB().ExecContext(ctx, stmt); err != nil {
			return err
		}
	}
	return nil
}

// Postgres are models that PostgreSQL takes. It needs the extension hstore, the
// schema audit and the type pair before.
func Postgres() []any {
	return append(Portable(), (*Place)(nil), (*Log)(nil), (*Event)(nil), (*Stay)(nil))
}

// MySQL are models that MySQL and MariaDB take.
func MySQL() []any { return append(Portable(), (*Sheet)(nil)) }
