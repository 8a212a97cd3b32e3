// Package tricky holds GORM models that are made to break a comparison of
// models with a database: each has something that an ORM or a database spells
// differently from what was written. It is for tests. Start at [All].
package tricky

import (
	"database/sql"
	"time"

	"gorm.io/gorm"
)

// All returns the models, and Prepare what an application does to its *gorm.DB
// before it migrates them.
func All() []any {
	return []any{
		&Member{}, &Card{}, &Address{}, &Skill{}, &Invoice{}, &InvoiceLine{}, &Lion{}, &Bear{}, &Cage{},
		&Node{}, &Monk{}, &Story{}, &Paper{}, &PaperTitle{}, &Purse{}, &Preset{}, &Kinds{}, &Special{}, &Stored{},
		&Veiled{}, &Phrase{}, &Note{}, &State{}, &Town{}, &AnotherModelWithANameThatIsLongerThanIdentifiersMayBe{},
		&Shout{}, &Remarked{}, &Rectangle{}, &Reader{}, &Lecture{}, &Attendance{}, &Gadget{}, &Unbound{}, &Voucher{},
		&Pair[int]{}, &Left{}, &Right{},
	}
}

// Prepare sets up the join table of a reader's lectures.
func Prepare(db *gorm.DB) error { return db.SetupJoinTable(&Reader{}, "Lectures", &Attendance{}) }

// Member: gorm.Model, unique beside uniqueIndex, pointers and sql.Null types,
// has many, has one with rules, many2many that the other side declares too.
type Member struct {
	gorm.Model
	Name    string  `gorm:"size:50;not null"`
	Mail    *string `gorm:"size:120;unique"`
	Nick    string  `gorm:"size:40;uniqueIndex"`
	Age     uint8
	Born    *time.Time
	Number  sql.NullString
	SeenAt  sql.NullTime
	Active  bool    `gorm:"default:true"`
	Rating  float64 `gorm:"default:1.5"`
	Cards   []Card
	Address Address `gorm:"constraint:OnUpdate:CASCADE,OnDelete:SET NULL;"`
	Skills  []Skill `gorm:"many2many:member_skills;"`
}

type Card struct {
	ID       uint32
	MemberID *uint `gorm:"index"`
	Label    string
}

type Address struct {
	ID       int64
	MemberID uint
	Lines    string `gorm:"type:text"`
}

type Skill struct {
	Code    string `gorm:"primaryKey;size:8"`
	Name    string
	Members []*Member `gorm:"many2many:member_skills;"`
}

// Invoice and InvoiceLine: a composite key, and a composite foreign key that
// both sides declare.
type Invoice struct {
	No    uint          `gorm:"primaryKey;autoIncrement:false"`
	Year  int           `gorm:"primaryKey;autoIncrement:false"`
	Lines []InvoiceLine `gorm:"foreignKey:InvoiceNo,InvoiceYear;references:No,Year;constraint:OnDelete:CASCADE"`
}

type InvoiceLine struct {
	ID          int
	InvoiceNo   uint
	InvoiceYear int
	Invoice     *Invoice `gorm:"foreignKey:InvoiceNo,InvoiceYear;references:No,Year"`
	Amount      int16    `gorm:"not null;default:1;check:amount > 0"`
}

// Lion, Bear and Cage: polymorphic has one and has many.
type Lion struct {
	ID   int
	Cage Cage `gorm:"polymorphic:Beast;"`
}

type Bear struct {
	ID    int
	Cages []Cage `gorm:"polymorphicType:BeastType;polymorphicId:BeastID;polymorphicValue:grizzly"`
}

type Cage struct {
	ID        int
	BeastID   int
	BeastType string
}

// Node and Monk refer to themselves.
type Node struct {
	ID       uint
	ParentID *uint
	Parent   *Node
	Children []Node `gorm:"foreignKey:ParentID"`
}

type Monk struct {
	ID      uint
	Friends []*Monk `gorm:"many2many:friendships"`
}

// Story embeds one struct twice, by value and by pointer, with prefixes. The
// prefix is not part of the index name.
type Story struct {
	ID     uint
	Writer Byline  `gorm:"embedded;embeddedPrefix:writer_"`
	Editor *Byline `gorm:"embedded;embeddedPrefix:editor_"`
	Stamps
}

type Byline struct {
	Name string `gorm:"size:30;index"`
	Mail string `gorm:"column:email"`
}

type Stamps struct {
	MadeBy    string `gorm:"size:20"`
	UpdatedAt int64
}

// Paper: the options of indexes.
type Paper struct {
	ID        uint
	ShelfID   uint   `gorm:"index:idx_paper_shelf_slug,unique,priority:1;index:,composite:sortshelf"`
	Slug      string `gorm:"size:60;index:idx_paper_shelf_slug,unique,priority:2"`
	Sort      string `gorm:"size:10;index:,composite:sortshelf,sort:desc"`
	Status    string `gorm:"size:12;index:idx_paper_open,where:status <> 'closed' AND deleted_at IS NULL"`
	Level     int    `gorm:"index:idx_paper_level,sort:desc;uniqueIndex:udx_level_live,where:deleted_at IS NULL"`
	Loan      string `gorm:"index:idx_paper_loan,collate:nocase;index:idx_paper_in,where:loan IN ('a'\\,'b')"`
	DeletedAt gorm.DeletedAt
}

// PaperTitle has indexes over expressions.
type PaperTitle struct {
	ID    uint
	Title string `gorm:"size:100;index:idx_title_lower,expression:lower(title)"`
	Slug  string `gorm:"index:idx_slug_title,unique,expression:(lower(slug) || '-' || title),where:slug <> '' AND title IS NOT NULL"`
	Rank  int    `gorm:"index:idx_rank_abs,expression:abs(rank) desc"`
}

// Purse has checks: with a quote, with a name, with a name left empty.
type Purse struct {
	ID      uint
	Kind    string  `gorm:"size:10;not null;check:kind IN ('day','week','it''s')"`
	Balance float64 `gorm:"type:numeric(12,2);check:chk_balance,balance >= 0 AND balance < 1e9"`
	Code    string  `gorm:"size:20;check:length(code) BETWEEN 3 AND 20"`
	Percent int     `gorm:"check:,percent between 0 and 100 OR percent = -1"`
}

// Preset has defaults.
type Preset struct {
	ID      uint
	Empty   string    `gorm:"size:10;not null;default:''"`
	Quoted  string    `gorm:"size:20;default:'it''s'"`
	Bare    string    `gorm:"size:20;default:hello"`
	Double  string    `gorm:"default:say \"hi\""`
	Minus   int       `gorm:"default:-1"`
	Zero    int64     `gorm:"not null;default:0"`
	Off     bool      `gorm:"not null;default:false"`
	Ratio   float32   `gorm:"default:0.25"`
	Money   float64   `gorm:"precision:10;scale:2;default:0"`
	Nothing *string   `gorm:"size:5;default:null"`
	Without string    `gorm:"size:5;default:(-)"`
	Made    time.Time `gorm:"not null;default:CURRENT_TIMESTAMP"`
	Low     string    `gorm:"size:10;default:(lower('ABC'))"`
	Moment  time.Time `gorm:"default:2020-01-02 03:04:05"`
	Hex     int       `gorm:"default:0x10"`
	Big     float64   `gorm:"default:1e3"`
}

// Phrase has a composite key without a counting member, Note none at all.
type Phrase struct {
	ID     uint   `gorm:"primaryKey;autoIncrement:false"`
	Locale string `gorm:"primaryKey;size:5"`
	Text   string
}

type Note struct {
	At   time.Time `gorm:"index"`
	Text string
}

// State and Town: a text key, and rules on the side where GORM ignores them.
type State struct {
	Code  string `gorm:"primaryKey;type:char(2)"`
	Towns []Town `gorm:"foreignKey:StateCode"`
}

type Town struct {
	ID        uint
	StateCode string
	State     State `gorm:"foreignKey:StateCode;references:Code;constraint:OnUpdate:CASCADE,OnDelete:RESTRICT"`
}

// AnotherModelWithANameThatIsLongerThanIdentifiersMayBe has names that GORM
// shortens with a hash.
type AnotherModelWithANameThatIsLongerThanIdentifiersMayBe struct {
	ID                                   uint
	AColumnNameThatIsVeryLongAndAnIndex2 string `gorm:"size:10;index;unique"`
	Holder                               Member
	HolderID                             uint
}

// Shout has upper case and reserved words for names.
type Shout struct {
	ID    uint   `gorm:"column:ID"`
	Name  string `gorm:"column:userName;size:10;uniqueIndex"`
	Order int    `gorm:"column:order;index"`
	Group string `gorm:"column:group;size:5;check:\"group\" <> ''"`
}

func (Shout) TableName() string { return "LoudTable" }

type Remarked struct {
	ID   uint   `gorm:"comment:the id"`
	Text string `gorm:"size:10;comment:it's a \"text\"\\; really"`
}

// Rectangle has generated columns, written into the type.
type Rectangle struct {
	ID    uint
	W     int
	H     int
	Area  int `gorm:"->;type:integer GENERATED ALWAYS AS (w * h) STORED"`
	Round int `gorm:"->;type:integer AS ((w + h) * 2)"`
}

// Reader, Lecture and Attendance: a join table of the application's own.
type Reader struct {
	ID       int
	Lectures []Lecture `gorm:"many2many:attendances;"`
}

type Lecture struct {
	ID   int
	Name string
}

type Attendance struct {
	ReaderID  int `gorm:"primaryKey"`
	LectureID int `gorm:"primaryKey"`
	Grade     *int
	CreatedAt time.Time
}

// Gadget has a belongs-to inside an embedded struct.
type Gadget struct {
	ID uint
	Possession
	Serial string `gorm:"size:30;uniqueIndex:udx_serial"`
}

type Possession struct {
	HolderID *uint   `gorm:"index"`
	Holder   *Member `gorm:"constraint:OnDelete:CASCADE"`
}

// Unbound has relations that make no foreign key.
type Unbound struct {
	ID       uint
	MemberID uint
	Member   Member `gorm:"constraint:-"`
	CardID   uint
	Card     Card `gorm:"-:migration"`
}

// Voucher: a default on a column that copies its type from the key it refers to.
type Voucher struct {
	ID        uint
	SkillCode string `gorm:"size:8;default:go"`
	Skill     Skill  `gorm:"foreignKey:SkillCode"`
}

// Pair is generic: its table is named after the instance.
type Pair[T any] struct {
	ID    int
	Value T
}

// Left and Right refer to each other.
type Left struct {
	ID      int
	RightID *int
	Right   *Right `gorm:"foreignKey:RightID"`
}

type Right struct {
	ID     int
	LeftID *int
	Left   *Left `gorm:"foreignKey:LeftID"`
}
