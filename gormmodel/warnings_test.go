package gormmodel_test

import (
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/gormmodel/internal/tricky"
	"github.com/whimbreldb/whimbrel/model"
)

type oldTags struct {
	ID int
	A  string `gorm:"unique_index"`
	B  string `gorm:"notnull;primary_key"`
	C  string `gorm:"not_null;defualt:3"`
	D  string `gorm:"zzz:1"`
	E  string `gorm:"foreign_key:D"`
}

type cutWhere struct {
	ID int
	A  string `gorm:"index:idx_a,where:a <> 'x;y'"`
	B  string `gorm:"index:idx_b,where:b IN ('a'\\,'b')"`
	C  string `gorm:"index:idx_c,where:c IN ('a','b')"`
	D  string `gorm:"index:idx_d,srot:desc"`
	E  int    `gorm:"check:e > 0;check:e < 9"`
	F  string `gorm:"check:f <> ';'"`
}

type relationUnique struct {
	ID   int
	Kids []kid `gorm:"unique"`
}

type kid struct {
	ID               int
	RelationUniqueID int
}

type dashColumn struct {
	ID int
	X  string `gorm:"column:x;-"`
}

type twoEmbeds struct {
	ID int
	P  part `gorm:"embedded;embeddedPrefix:p_"`
	Q  part `gorm:"embedded;embeddedPrefix:q_"`
}

type part struct {
	Label string `gorm:"index"`
	Who   *kid
	WhoID int
}

type composite struct {
	ID     uint   `gorm:"primaryKey"`
	Locale string `gorm:"primaryKey"`
}

type fullText struct {
	ID   int
	Body string `gorm:"index:idx_body,class:FULLTEXT,option:WITH PARSER ngram;index:idx_gin,type:gin"`
}

type quotedDefault struct {
	ID   int
	Text string `gorm:"default:'it''s'"`
}

type unmigrated struct {
	ID int
	X  string `gorm:"-:migration;index;unique;check:x <> ''"`
}

type notNumbers struct {
	ID int     `gorm:"autoIncrementIncrement:two"`
	A  string  `gorm:"size:10,not null"`
	B  float64 `gorm:"precision:ten;scale:"`
	C  string  `gorm:"size: 10;index:idx_c,priority:first,length:x"`
	D  string  `gorm:"size:10;index:idx_d,priority:1,length:3"`
	E  string  `gorm:"size"`
}

type namedIndex struct {
	ID int
	A  string `gorm:"index:false"`
	B  string `gorm:"uniqueIndex:TRUE,sort:desc"`
	C  string `gorm:"unique:false;index:falsehood"`
}

type rules struct {
	ID                      int
	AID, BID, CID, DID      *int
	EID, FID, GID, HID, IID *int
	A                       *kid `gorm:"constraint:OnDelete=CASCADE"`
	B                       *kid `gorm:"constraint:OnDelet:CASCADE,OnUpdate:CASCADE"`
	C                       *kid `gorm:"constraint:OnDelete CASCADE"`
	D                       *kid `gorm:"constraint:OnUpdate:CASCADE;OnDelete:CASCADE"`
	E                       *kid `gorm:"constraint:fk_mine"`
	F                       *kid `gorm:"constraint:fk_mine,OnUpdate:CASCADE, onDelete:SET NULL,"`
	G                       *kid `gorm:"constraint:-"`
	H                       *kid `gorm:"constraint:OnDelet=CASCADE"`
	I                       *kid `gorm:"constraint:no key,whatever:1"`
}

type notCounting struct {
	ID  int
	Seq int `gorm:"autoIncrement"`
	No  int `gorm:"autoIncrement:false"`
}

func TestWarnings(t *testing.T) {
	tests := []struct {
		name   string
		models []any
		want   []string
	}{
		{"unknown keys", []any{&oldTags{}}, []string{
			`gormmodel_test.oldTags.A: unknown tag key "unique_index": did you mean "uniqueIndex"?`,
			`gormmodel_test.oldTags.C: unknown tag key "defualt": did you mean "default"?`,
			`gormmodel_test.oldTags.C: unknown tag key "not_null": did you mean "not null"?`,
			`gormmodel_test.oldTags.D: unknown tag key "zzz"`,
			`gormmodel_test.oldTags.E: unknown tag key "foreign_key": did you mean "foreignKey"?`,
		}},
		{"cut off", []any{&cutWhere{}}, []string{
			`gormmodel_test.cutWhere.A: the where of the index is cut off: GORM reads "a <> 'x"`,
			`gormmodel_test.cutWhere.C: the where of the index is cut off: GORM reads "c IN ('a'"`,
			`gormmodel_test.cutWhere.D: unknown index option "srot": did you mean "sort"?`,
			`gormmodel_test.cutWhere.E: a field takes one check: the last one in the tag replaces the others`,
			`gormmodel_test.cutWhere.F: the check is cut off: GORM reads "f <> '"`,
		}},
		{"unique on a relation", []any{&relationUnique{}}, []string{
			`gormmodel_test.relationUnique.Kids: unique on a relation makes no constraint`,
		}},
		{"column and dash", []any{&dashColumn{}}, []string{
			`gormmodel_test.dashColumn.X: the tag "-" beside column makes a column without a type`,
		}},
		{"embedded twice", []any{&twoEmbeds{}}, []string{
			`gormmodel_test.twoEmbeds.Q.Label: index "idx_two_embeds_label" covers the columns of two embedded structs together`,
		}},
		{"composite key", []any{&composite{}}, nil},
		{"index options", []any{&fullText{}}, []string{
			`gormmodel_test.fullText.Body: index "idx_body": the class FULLTEXT exists on MySQL only`,
			`gormmodel_test.fullText.Body: index "idx_body": the option "WITH PARSER ngram" is not part of the schema`,
			`gormmodel_test.fullText.Body: index "idx_gin": sqlite has no index types, type:gin is left out`,
		}},
		{"doubled quote", []any{&quotedDefault{}}, []string{
			`gormmodel_test.quotedDefault.Text: the default is the value "it''s", with both quotes`,
		}},
		{"not migrated", []any{&unmigrated{}}, []string{
			`gormmodel_test.unmigrated.X: the check "chk_unmigrateds_x" is left out: its column is not migrated`,
			`gormmodel_test.unmigrated.X: the index "idx_unmigrateds_x" is left out`,
			`gormmodel_test.unmigrated.X: the unique constraint "uni_unmigrateds_x" is left out`,
		}},
		{"ignored constraint", []any{&tricky.State{}, &tricky.Town{}}, []string{
			`tricky.Town.State: the constraint "OnUpdate:CASCADE,OnDelete:RESTRICT" is ignored: tricky.State declares the same relation`,
		}},
		{"numbers", []any{&notNumbers{}}, []string{
			`gormmodel_test.notNumbers.A: the size "10,not null" is not a number, and GORM passes over it: did you mean a semicolon in place of the comma?`,
			`gormmodel_test.notNumbers.B: the precision "ten" is not a number`,
			`gormmodel_test.notNumbers.B: the scale "" is not a number`,
			`gormmodel_test.notNumbers.C: the length "x" is not a number`,
			`gormmodel_test.notNumbers.C: the priority "first" is not a number`,
			`gormmodel_test.notNumbers.C: the size " 10" is not a number, and GORM passes over it: leave out the space`,
			`gormmodel_test.notNumbers.E: the size "" is not a number`,
			`gormmodel_test.notNumbers.ID: the autoIncrementIncrement "two" is not a number`,
		}},
		{"index names", []any{&namedIndex{}}, []string{
			`gormmodel_test.namedIndex.A: index:false makes an index with the name "false": write index alone, or leave it out`,
			`gormmodel_test.namedIndex.B: uniqueindex:TRUE makes an index with the name "TRUE"`,
		}},
		{"rules", []any{&rules{}, &kid{}}, []string{
			`gormmodel_test.rules.A: unknown rule "OnDelete=CASCADE" inside constraint: did you mean "OnDelete:CASCADE"?`,
			`gormmodel_test.rules.B: unknown rule "OnDelet" inside constraint: did you mean "OnDelete"?`,
			`gormmodel_test.rules.C: unknown rule "OnDelete CASCADE" inside constraint: did you mean "OnDelete:CASCADE"?`,
			`gormmodel_test.rules.D: unknown tag key "OnDelete": it belongs inside constraint, behind a comma`,
			`gormmodel_test.rules.E: unknown rule "fk_mine" inside constraint: a name has a comma behind it: "fk_mine,"`,
			`gormmodel_test.rules.H: unknown rule "OnDelet=CASCADE" inside constraint: did you mean "OnDelete"?`,
			`gormmodel_test.rules.I: unknown rule "no key" inside constraint`,
			`gormmodel_test.rules.I: unknown rule "whatever" inside constraint`,
		}},
		{"counting", []any{&notCounting{}}, []string{
			`gormmodel_test.notCounting.Seq: autoIncrement does nothing: SQLite counts up a key of one integer column only`,
		}},
		{"nothing", []any{&tricky.Member{}, &tricky.Card{}, &tricky.Address{}, &tricky.Skill{}}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			checkWarnings(t, load(t, offline(t, nil), test.models...).Warnings, test.want)
		})
	}
}

func checkWarnings(t *testing.T, got []model.Warning, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d warnings, want %d: %q", len(got), len(want), got)
	}
	for i, w := range got {
		if i < len(want) && !strings.HasPrefix(w.String(), want[i]) {
			t.Errorf("got  %s\nwant %s…", w, want[i])
		}
	}
}
