// Package tricky has awkward Bun models, for tests.
package tricky

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
)

// Timed is embedded in others without a prefix.
type Timed struct {
	CreatedAt time.Time `bun:",nullzero,notnull,default:current_timestamp"`
	UpdatedAt time.Time `bun:",nullzero"`
}

// Address is embedded with a prefix, twice in one model.
type Address struct {
	City string `bun:",notnull"`
	Zip  string `bun:"type:varchar(9),unique:zipgroup"`
}

type User struct {
	bun.BaseModel `bun:"table:users,alias:u"`
	ID            int64   `bun:",pk,autoincrement"`
	Name          string  `bun:",notnull,unique"`
	Email         string  `bun:"type:varchar(100),nullzero,unique:name_email"`
	Login         string  `bun:",unique:name_email,notnull"`
	Two           string  `bun:"unique:one_group,unique:other_group"`
	Three         int     `bun:"unique:one_group"`
	Active        bool    `bun:",notnull,default:true"`
	Score         float64 `bun:"type:numeric(10,2),default:0"`
	Meta          map[string]any
	List          []string
	Point         struct{ X, Y int }
	Raw           json.RawMessage
	Blob          []byte
	F32           float32
	F64           float64
	DeletedAt     time.Time `bun:",soft_delete,nullzero"`
	Kind          string    `bun:"type:char(2),default:'aa'"`
	Quoted        string    `bun:"type:varchar(20),default:'it''s'"`
	PostCount     int       `bun:",scanonly"`
	Old           string    `bun:"old_name,alt:older_name"`
	Addr          Address   `bun:"embed:addr_"`
	Home          Address   `bun:"embed:home_"`
	Skip          string    `bun:"-"`
	U8            uint8
	U32           uint32
	U64           uint64
	I8            int8
	I16           int16
	I32           int32
	Ptr           *int
	NullStr       sql.NullString
	NullInt       sql.NullInt64
	NullTime      sql.NullTime
	BunTime       bun.NullTime
	Posts         []*Post  `bun:"rel:has-many,join:id=author_id"`
	Roles         []Role   `bun:"m2m:user_roles,join:User=Role"`
	Profile       *Profile `bun:"rel:has-one,join:id=user_id"`
	Timed
}

type Profile struct {
	ID     int64 `bun:",pk,autoincrement"`
	UserID int64 `bun:",unique"`
	User   *User `bun:"rel:belongs-to,join:user_id=id,on_delete:CASCADE"`
}

type Role struct {
	ID   int32 `bun:",pk,autoincrement"`
	Name string
}

// UserRole is the table between users and roles.
type UserRole struct {
	UserID int64 `bun:",pk"`
	User   *User `bun:"rel:belongs-to,join:user_id=id"`
	RoleID int32 `bun:",pk"`
	Role   *Role `bun:"rel:belongs-to,join:role_id=id"`
}

type Post struct {
	ID       string  `bun:"type:varchar(36),pk"`
	AuthorID int64   `bun:",notnull"`
	Author   *User   `bun:"rel:belongs-to,join:author_id=id,on_delete:cascade,on_update:restrict"`
	TenantA  int64   `bun:"tenant_a"`
	TenantB  int64   `bun:"tenantb"`
	T        *Tenant `bun:"rel:belongs-to,join:tenant_a=a,join:tenantb=b"`
	Title    string  `bun:"type:varchar(80)"`
	State    string  `bun:"type:varchar(10),nullzero,default:'new'"`
}

// AfterCreateTable makes what no tag can say.
func (*Post) AfterCreateTable(ctx context.Context, q *bun.CreateTableQuery) error {
	db := q.DB()
	if _, err := db.NewCreateIndex().Model((*Post)(nil)).Index("posts_tenant_idx").Column("tenant_a", "tenantb").Exec(ctx); err != nil {
		return err
	}
	if _, err := db.NewCreateIndex().Model((*Post)(nil)).Unique().Index("posts_title_idx").ColumnExpr("? DESC", bun.Ident("title")).Exec(ctx); err != nil {
		return err
	}
	if db.Dialect().Name() == dialect.MySQL {
		return nil
	}
	_, err := db.NewCreateIndex().Model((*Post)(nil)).Index("posts_open_idx").Column("state").Where("? <> ''", bun.Ident("title")).Where("state = 'new'").Exec(ctx)
	return err
}

// Tenant has a key of two columns.
type Tenant struct {
	A int64 `bun:",pk"`
	B int64 `bun:",pk"`
}

// Article is pluralised and has a check that a hook adds.
type Article struct {
	ID    int64     `bun:",pk"`
	Price int       `bun:",nullzero"`
	Stock int       `bun:"type:integer,notnull,default:0"`
	Made  time.Time `bun:"type:timestamp"`
}

// BeforeCreateTable adds a constraint to the table itself.
func (*Article) BeforeCreateTable(_ context.Context, q *bun.CreateTableQuery) error {
	q.ColumnExpr("CHECK (price > 0)").ColumnExpr("CONSTRAINT stock_ok CHECK (stock BETWEEN 0 AND 1000)")
	return nil
}

// Comment refers to itself, and has a circle with Thread.
type Comment struct {
	ID       int64    `bun:",pk,autoincrement"`
	ParentID int64    `bun:",nullzero"`
	Parent   *Comment `bun:"rel:belongs-to,join:parent_id=id,on_delete:cascade"`
	ThreadID int64    `bun:",nullzero"`
	Thread   *Thread  `bun:"rel:belongs-to,join:thread_id=id,on_delete:set null"`
	Body     string   `bun:"type:text"`
}

type Thread struct {
	ID    int64 `bun:",pk,autoincrement"`
	Title string
}

// Portable are models that every database takes.
func Portable() []any {
	return []any{
		(*User)(nil), (*UserRole)(nil), (*Tenant)(nil), (*Role)(nil), (*Profile)(nil), (*Post)(nil), (*Article)(nil),
		(*Comment)(nil), (*Thread)(nil),
	}
}
