package tricky

import (
	"database/sql"
	"encoding/json"
	"time"

	"gorm.io/gorm"
)

// Portable returns the models that GORM's own drivers can create on SQLite,
// PostgreSQL and MariaDB, with others in the place of those that hold what one
// database alone has, and without the two that refer to each other.
func Portable() []any {
	return []any{
		&Member{}, &Card{}, &Address{}, &Skill{}, &Invoice{}, &InvoiceLine{}, &Lion{}, &Bear{}, &Cage{},
		&Node{}, &Monk{}, &Story{}, &Sheet{}, &Purse{}, &Preset{}, &Sorts{}, &Token{}, &Stored{},
		&Veiled{}, &Phrase{}, &Note{}, &State{}, &Town{}, &ModelWithANameThatIsAboutAsLongAsIdentifiersMayBe{},
		&Shout{}, &Remarked{}, &Square{}, &Reader{}, &Lecture{}, &Attendance{}, &Gadget{}, &Unbound{}, &Voucher{},
		&Pair[int]{},
	}
}

// Postgres returns what PostgreSQL takes.
func Postgres() []any {
	return append(Portable(), &PaperTitle{}, &Elephant{}, &Event{}, &Counter{}, &Identified{})
}

// MariaDB returns what MariaDB takes, and MySQL what MySQL does: it refuses a
// CURRENT_TIMESTAMP without the digits of its column.
func MariaDB() []any { return append(Portable(), &Seal{}) }

// MySQL returns what MySQL takes.
func MySQL() []any {
	models := append(Portable(), &Seal{}, &Lobster{})
	for i, m := range models {
		if _, ok := m.(*Preset); ok {
			models[i] = &Punctual{}
		}
	}
	return models
}

// Sorts has a column of every Go kind, and types that each database knows.
type Sorts struct {
	ID       uint8
	I        int
	I8       int8
	I16      int16
	I32      int32
	I64      int64
	U        uint
	U8       uint8
	U16      uint16
	U32      uint32
	U64      uint64
	F32      float32
	F64      float64
	Dec      float64 `gorm:"precision:12;scale:4"`
	Whole    float64 `gorm:"precision:9"`
	B        bool
	S        string
	S10      string `gorm:"size:10"`
	S70k     string `gorm:"size:70000"`
	S20m     string `gorm:"size:20000000"`
	Raw      []byte
	Raw20    []byte `gorm:"size:20"`
	Raw70k   []byte `gorm:"size:70000"`
	T        time.Time
	T6       time.Time `gorm:"precision:6"`
	T0       time.Time `gorm:"precision:0;not null"`
	Day      time.Time `gorm:"type:date"`
	Duration time.Duration
	Letter   rune
	Array    [16]byte
	Pointer  *int64
	Sized    int     `gorm:"size:16"`
	Medium   int     `gorm:"size:24"`
	Varchar  string  `gorm:"type:varchar(33)"`
	Char     string  `gorm:"type:char(2)"`
	Double   float64 `gorm:"type:double precision"`
	Big      int64   `gorm:"type:BIGINT"`
	Clock    string  `gorm:"type:time"`
	Generic  string  `gorm:"type:int"`
	Strict   string  `gorm:"type:varchar(9) NOT NULL DEFAULT 'x'"`
}

// ModelWithANameThatIsAboutAsLongAsIdentifiersMayBe has names that GORM
// shortens with a hash, and not to the same length for each database.
type ModelWithANameThatIsAboutAsLongAsIdentifiersMayBe struct {
	ID                                   uint
	AColumnNameThatIsVeryLongAndAnIndex2 string `gorm:"size:10;index;unique"`
	Short                                string `gorm:"size:10;index:,composite:together"`
	Holder                               Member
	HolderID                             uint
}

// Sheet has the options of indexes that all have, and conditions, which MySQL
// does without.
type Sheet struct {
	ID        uint
	ShelfID   uint   `gorm:"index:idx_sheet_shelf_slug,unique,priority:1;index:,composite:sortshelf"`
	Slug      string `gorm:"size:60;index:idx_sheet_shelf_slug,unique,priority:2"`
	Sort      string `gorm:"size:10;index:,composite:sortshelf,sort:desc"`
	Status    string `gorm:"size:12;index:idx_sheet_open,where:status <> 'closed' AND deleted_at IS NULL"`
	Level     int    `gorm:"index:idx_sheet_level,sort:desc;uniqueIndex:udx_sheet_live,where:deleted_at IS NULL"`
	Loan      string `gorm:"index;index:idx_sheet_in,where:loan IN ('a'\\,'b')"`
	Kind      string `gorm:"size:8;index:idx_sheet_kind,type:btree"`
	DeletedAt gorm.DeletedAt
}

// Square has a generated column that each database takes.
type Square struct {
	ID   uint
	W    int
	H    int
	Area int `gorm:"->;type:integer GENERATED ALWAYS AS (w * h) STORED"`
}

// Token has custom types.
type Token struct {
	ID     Key    `gorm:"type:char(36);primaryKey"`
	Cost   Cents  `gorm:"not null;default:0"`
	Grade  Grade  `gorm:"default:3"`
	Colour Colour `gorm:"size:16;default:red"`
	Path   string `gorm:"size:30;default:a\\b"`
	Place  Spot
	Extra  Object
	Map    Map
	On     Day
	At     Hour
	Amount Cents `gorm:"type:decimal(20,8);not null;default:0"`
	Raw    json.RawMessage
	Null   sql.NullInt32
	Maybe  sql.Null[bool]
}

// Elephant has types, defaults and indexes of PostgreSQL. Its enum mood must be
// there.
type Elephant struct {
	ID    string    `gorm:"type:uuid;primaryKey;default:gen_random_uuid()"`
	Tags  string    `gorm:"type:text[];not null;default:'{}'"`
	Nums  string    `gorm:"type:integer[]"`
	JB    string    `gorm:"type:jsonb;not null;default:'{}';index:idx_jb,type:gin"`
	Paths string    `gorm:"type:jsonb;index:idx_paths,type:gin,expression:paths jsonb_path_ops"`
	JS    string    `gorm:"type:json"`
	IP    string    `gorm:"type:inet"`
	TS    string    `gorm:"type:tsvector;->;index:idx_ts,type:gin"`
	TSx   time.Time `gorm:"type:timestamp;default:now()"`
	TSz   time.Time `gorm:"type:timestamp with time zone;default:timezone('utc', now())"`
	TZ3   time.Time `gorm:"type:timestamptz(3);not null"`
	TT    string    `gorm:"type:time"`
	Iv    string    `gorm:"type:interval;default:'1 day'"`
	CI    string    `gorm:"type:varchar(10);index:idx_ci,collate:\"C\""`
	Bit   string    `gorm:"type:bit(3)"`
	Mood  string    `gorm:"type:mood;default:'ok'"`
	Num   float64   `gorm:"type:numeric"`
	F4    float32   `gorm:"type:float4"`
	F8    float64   `gorm:"type:float8"`
	I4    int       `gorm:"type:int4;default:5"`
	Bo    bool      `gorm:"type:bool;default:1"`
	Vc    string    `gorm:"type:character varying(7);default:'a'"`
	Coll  string    `gorm:"type:text COLLATE \"C\""`
	Gen   string    `gorm:"->;type:text GENERATED ALWAYS AS (upper(ci)) STORED"`
	Twice int       `gorm:"generated:i4 * 2"`
	Rng   string    `gorm:"type:int4range;check:rng_ok,NOT isempty(rng)"`
	Cased string    `gorm:"size:9;index:idx_cased,expression:cased varchar_pattern_ops desc nulls last;index:idx_cased_low,expression:lower(cased) text_pattern_ops"`
}

// Event is in a schema of its own, which must be there.
type Event struct {
	ID   int64
	Kind string `gorm:"size:20;index"`
	Who  *uint
}

func (Event) TableName() string { return "audit.events" }

// Counter counts in two columns, of which one has a type written by hand.
type Counter struct {
	ID  int64 `gorm:"type:integer;autoIncrement;primaryKey"`
	Seq int32 `gorm:"autoIncrement"`
}

// Identified has an identity column.
type Identified struct {
	ID   int64 `gorm:"generated:identity always"`
	Name string
}

// Seal has types, defaults and indexes of MySQL and MariaDB.
type Seal struct {
	ID      uint32
	Tiny    bool      `gorm:"type:tinyint(1);not null;default:1"`
	Colour  string    `gorm:"type:enum('red','green');not null;default:red"`
	Flags   string    `gorm:"type:set('a','b','c')"`
	Body    string    `gorm:"type:mediumtext;index:idx_body,class:FULLTEXT"`
	Prefix  string    `gorm:"type:text;index:idx_prefix,length:20;index:idx_two,length:10,priority:1"`
	Second  string    `gorm:"size:40;index:idx_two,priority:2,sort:desc"`
	Noted   string    `gorm:"size:5;index:idx_noted,comment:seen"`
	Bin     string    `gorm:"type:varchar(20) COLLATE utf8mb4_bin"`
	Year    int       `gorm:"type:year"`
	Money   float64   `gorm:"type:decimal(9,2) unsigned;default:0"`
	Touched time.Time `gorm:"type:timestamp;not null;default:CURRENT_TIMESTAMP"`
	Exact   time.Time `gorm:"type:datetime(6);default:CURRENT_TIMESTAMP(6)"`
	JSON    string    `gorm:"type:json"`
	Fixed   string    `gorm:"type:binary(16)"`
	Wide    int       `gorm:"type:int(11)"`
	Twice   int       `gorm:"->;type:int GENERATED ALWAYS AS (wide * 2)"`
}

// Lobster has an index over an expression, which MariaDB does not have. MySQL
// wants its parentheses.
type Lobster struct {
	ID    uint
	Title string `gorm:"size:100;index:idx_lobster_lower,expression:(lower(title))"`
}

// Punctual is [Preset] for MySQL.
type Punctual struct {
	ID     uint
	Empty  string    `gorm:"size:10;not null;default:''"`
	Quoted string    `gorm:"size:20;default:'it''s'"`
	Minus  int       `gorm:"default:-1"`
	Off    bool      `gorm:"not null;default:false"`
	Ratio  float32   `gorm:"default:0.25"`
	Money  float64   `gorm:"precision:10;scale:2;default:0"`
	Null   *string   `gorm:"size:5;default:null"`
	Made   time.Time `gorm:"not null;default:CURRENT_TIMESTAMP(3)"`
	Low    string    `gorm:"size:10;default:(lower('ABC'))"`
	Moment time.Time `gorm:"default:2020-01-02 03:04:05"`
	Big    float64   `gorm:"default:1e3"`
}
