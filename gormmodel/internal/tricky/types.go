package tricky

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// Kinds has a column of every Go kind, and types written by hand.
type Kinds struct {
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
	B        bool
	S        string
	S10      string `gorm:"size:10"`
	S70k     string `gorm:"size:70000"`
	Raw      []byte
	Raw20    []byte `gorm:"size:20"`
	T        time.Time
	T6       time.Time `gorm:"precision:6"`
	Day      time.Time `gorm:"type:date"`
	Duration time.Duration
	Letter   rune
	Array    [16]byte
	Pointer  *int64
	Sized    int     `gorm:"size:16"`
	Varchar  string  `gorm:"type:varchar(33)"`
	Char     string  `gorm:"type:char(2)"`
	Double   float64 `gorm:"type:double precision"`
	Big      int64   `gorm:"type:BIGINT"`
	Clock    string  `gorm:"type:time"`
	Generic  string  `gorm:"type:int"`
	NoCase   string  `gorm:"type:text COLLATE NOCASE"`
	Odd      string  `gorm:"type:my own type(3)"`
	Stamp    string  `gorm:"type:timestamp with time zone"`
	Strict   string  `gorm:"type:varchar(9) NOT NULL DEFAULT 'x'"`
	Nothing  string  `gorm:"column:nothing;-"`
}

// Cents is a struct that is one number.
type Cents struct{ N int64 }

func (c Cents) Value() (driver.Value, error) { return c.N, nil }

// Scan reads what the column has.
func (c *Cents) Scan(v any) error {
	_, err := fmt.Sscan(fmt.Sprint(v), &c.N)
	return err
}

// Colour names one of GORM's own types.
type Colour string

func (Colour) GormDataType() string { return "string" }

// Spot has another type on each database.
type Spot struct{ X, Y float64 }

func (Spot) GormDataType() string { return "geometry" }

// GormDBDataType returns the type on a database.
func (Spot) GormDBDataType(db *gorm.DB, _ *schema.Field) string {
	if db.Dialector.Name() == "postgres" {
		return "point"
	}
	return "varchar(64)"
}

func (s Spot) Value() (driver.Value, error) { return fmt.Sprintf("(%v,%v)", s.X, s.Y), nil }

// Scan reads what the column has.
func (s *Spot) Scan(v any) error {
	_, err := fmt.Sscanf(fmt.Sprint(v), "(%g,%g)", &s.X, &s.Y)
	return err
}

// Object is JSON, Day a date and Hour a time of day, all as GORM's own package
// of types declares them.
type Object json.RawMessage

func (Object) GormDataType() string { return "json" }

// GormDBDataType returns the type on a database.
func (Object) GormDBDataType(db *gorm.DB, _ *schema.Field) string {
	if db.Dialector.Name() == "postgres" {
		return "JSONB"
	}
	return "JSON"
}

func (o Object) Value() (driver.Value, error) { return string(o), nil }

// Scan reads what the column has.
func (o *Object) Scan(v any) error { *o = Object(fmt.Sprint(v)); return nil }

// Map is an object too, under a name that no database knows.
type Map map[string]any

func (Map) GormDataType() string { return "jsonmap" }

// GormDBDataType returns the type on a database.
func (Map) GormDBDataType(*gorm.DB, *schema.Field) string { return "JSON" }

func (m Map) Value() (driver.Value, error) { b, err := json.Marshal(m); return string(b), err }

// Scan reads what the column has.
func (m *Map) Scan(v any) error { return json.Unmarshal([]byte(fmt.Sprint(v)), m) }

type Day time.Time

func (Day) GormDataType() string { return "date" }

func (d Day) Value() (driver.Value, error) { return time.Time(d).Format(time.DateOnly), nil }

type Hour time.Duration

func (Hour) GormDataType() string { return "time" }

// GormDBDataType returns the type on a database.
func (Hour) GormDBDataType(*gorm.DB, *schema.Field) string { return "TIME" }

func (h Hour) Value() (driver.Value, error) { return time.Duration(h).String(), nil }

// Key is 16 bytes that are a text in the database.
type Key [16]byte

func (k Key) Value() (driver.Value, error) { return fmt.Sprintf("%x", k[:]), nil }

// Scan reads what the column has.
func (k *Key) Scan(v any) error {
	b := k[:]
	_, err := fmt.Sscanf(fmt.Sprint(v), "%x", &b)
	return err
}

type Grade int

// Special has custom types.
type Special struct {
	ID     Key    `gorm:"type:char(36);primaryKey"`
	Cost   Cents  `gorm:"not null;default:0"`
	Grade  Grade  `gorm:"default:3"`
	Colour Colour `gorm:"size:16;default:red"`
	Place  Spot
	Extra  Object
	Map    Map
	On     Day
	At     Hour
	Ident  Key   `gorm:"type:uuid"`
	Amount Cents `gorm:"type:decimal(20,8);not null;default:0"`
	Raw    json.RawMessage
	Null   sql.NullInt32
	Maybe  sql.Null[bool]
}

// Stored has serializers.
type Stored struct {
	ID    uint
	Tags  []string          `gorm:"serializer:json"`
	Attrs map[string]string `gorm:"serializer:json;type:varchar(500)"`
	Blob  struct{ A int }   `gorm:"serializer:gob;type:bytes"`
	At    int64             `gorm:"serializer:unixtime;type:time"`
}

// Veiled has permissions, and fields that are no business of migrations.
type Veiled struct {
	ID uint
	A  string `gorm:"-"`
	B  string `gorm:"-:all"`
	C  string `gorm:"-:migration"`
	D  string `gorm:"<-:create"`
	E  string `gorm:"->"`
	F  string `gorm:"->:false;<-:create"`
	g  string
}

// Secret is there so that the unexported field is not an unused one.
func (v Veiled) Secret() string { return v.g }
