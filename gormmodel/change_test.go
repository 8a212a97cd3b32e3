package gormmodel_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
)

func before() []any {
	type Team struct{ ID uint }
	type Player struct {
		ID     uint
		Name   string `gorm:"size:100;index"`
		Nick   string `gorm:"size:20"`
		Age    int32
		Score  float64 `gorm:"default:1"`
		Kind   string  `gorm:"size:10;default:a"`
		Bio    string  `gorm:"size:50;comment:old"`
		Gone   string
		Points int    `gorm:"check:chk_points,points > 0"`
		Part   string `gorm:"size:10;index:idx_part,where:part <> ''"`
		Pass   string `gorm:"size:10;unique"`
		Must   string `gorm:"size:10;not null"`
		TeamID uint
		Team   Team
	}
	return []any{&Team{}, &Player{}}
}

func after() []any {
	type Team struct{ ID uint }
	type Coach struct{ ID uint }
	type Player struct {
		ID      uint
		Name    string `gorm:"size:50"`
		Nick    string `gorm:"size:20;not null;unique"`
		Age     int64
		Score   float64
		Kind    string `gorm:"size:10;default:b"`
		Bio     string `gorm:"size:50;comment:new"`
		Points  int    `gorm:"check:chk_points,points >= 0"`
		Part    string `gorm:"size:10;index:idx_part,where:part <> 'x'"`
		Pass    string `gorm:"size:10"`
		Must    string `gorm:"size:10"`
		TeamID  uint
		Team    Team `gorm:"constraint:OnDelete:CASCADE"`
		CoachID *uint
		Coach   *Coach
		Added   int    `gorm:"not null;default:5;check:added > 1;index"`
		Teams   []Team `gorm:"many2many:player_teams"`
	}
	return []any{&Team{}, &Player{}}
}

// A change of the models is exactly the operations that a person would name.
func TestChange(t *testing.T) {
	from, to := load(t, offline(t, nil), before()...), load(t, offline(t, nil), after()...)
	want := []string{
		"drop foreign key players.fk_players_team",
		"drop unique constraint players.uni_players_pass",
		"drop check players.chk_points",
		"drop index players.idx_part",
		"drop index players.idx_players_name",
		"add table coaches",
		"add table player_teams",
		"add column players.coach_id",
		"add column players.added",
		"alter column players.name: type string(100) to string(50)",
		"alter column players.nick: NULL to NOT NULL",
		"alter column players.age: type int to bigint",
		"alter column players.score: default 1 to none",
		`alter column players.kind: default "a" to "b"`,
		"alter column players.bio: comment",
		"alter column players.must: NOT NULL to NULL",
		"drop column players.gone",
		"add unique constraint players.uni_players_nick",
		"add check players.chk_players_added",
		"add check players.chk_points",
		"add index players.idx_part",
		"add index players.idx_players_added",
		"add foreign key players.fk_players_coach",
		"add foreign key players.fk_players_team",
	}
	got := comparetest.Lines(diff.Diff(from.Schema, to.Schema))
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("operations (-want +got):\n%s", d)
	}
	if ops := diff.Diff(to.Schema, load(t, offline(t, nil), after()...).Schema); len(ops) > 0 {
		t.Errorf("the same models differ: %v", comparetest.Lines(ops))
	}
}

// Each change alone is one operation.
func TestOneChange(t *testing.T) {
	type Item struct {
		ID   int
		Name string `gorm:"size:10"`
	}
	base := []any{&Item{}}
	one := func(m any) []any { return []any{m} }
	tests := []struct {
		name   string
		models []any
		want   []string
	}{
		{"nothing", func() []any {
			type Item struct {
				ID   int
				Name string `gorm:"size:10;<-:create"`
			}
			return one(&Item{})
		}(), nil},
		{"table", func() []any {
			type Other struct{ ID int }
			return []any{&Item{}, &Other{}}
		}(), []string{"add table others"}},
		{"pointer", func() []any {
			type Item struct {
				ID   int
				Name *string `gorm:"size:10"`
			}
			return one(&Item{})
		}(), nil},
		{"column", func() []any {
			type Item struct {
				ID    int
				Name  string `gorm:"size:10"`
				Price *int
			}
			return one(&Item{})
		}(), []string{"add column items.price"}},
		{"rename", func() []any {
			type Item struct {
				ID    int
				Title string `gorm:"size:10"`
			}
			return one(&Item{})
		}(), []string{"add column items.title", "drop column items.name"}},
		{"type", func() []any {
			type Item struct {
				ID   int
				Name string
			}
			return one(&Item{})
		}(), []string{"alter column items.name: type string(10) to text"}},
		{"key", func() []any {
			type Item struct {
				ID   int    `gorm:"primaryKey;autoIncrement:false"`
				Name string `gorm:"size:10;primaryKey"`
			}
			return one(&Item{})
		}(), []string{"alter column items.id: auto-increment", "alter primary key of items: (id) to (id, name)"}},
		{"default", func() []any {
			type Item struct {
				ID   int
				Name string `gorm:"size:10;default:(lower('X'))"`
			}
			return one(&Item{})
		}(), []string{"alter column items.name: default none to (lower('X'))"}},
		{"foreign key", func() []any {
			type Item struct {
				ID       int
				Name     string `gorm:"size:10"`
				ParentID *int
				Parent   *Item
			}
			return one(&Item{})
		}(), []string{"add column items.parent_id", "add foreign key items.fk_items_parent"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			from, to := load(t, offline(t, nil), base...), load(t, offline(t, nil), test.models...)
			if d := cmp.Diff(test.want, comparetest.Lines(diff.Diff(from.Schema, to.Schema)), cmpopts.EquateEmpty()); d != "" {
				t.Errorf("operations (-want +got):\n%s", d)
			}
		})
	}
}
