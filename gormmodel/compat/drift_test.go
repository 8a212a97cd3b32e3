package compat

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/internal/comparetest"
)

func before() []any {
	type Team struct{ ID uint }
	type Player struct {
		ID      uint
		Name    string `gorm:"size:100;index"`
		Nick    string `gorm:"size:20"`
		Age     int32
		Score   float64 `gorm:"default:1"`
		Kind    string  `gorm:"size:10;default:a"`
		Gone    string
		OldName string
		Points  int    `gorm:"check:chk_points,points > 0"`
		Part    string `gorm:"size:10;index:idx_part,where:part <> ''"`
		Pass    string `gorm:"size:10;unique"`
		Must    string `gorm:"size:10;not null"`
		TeamID  uint
		Team    Team
	}
	return []any{&Team{}, &Player{}}
}

func after() []any {
	type Team struct{ ID uint }
	type Player struct {
		ID      uint
		Name    string `gorm:"size:50"`
		Nick    string `gorm:"size:20;not null"`
		Age     int64
		Score   float64
		Kind    string `gorm:"size:10;default:b"`
		NewName string
		Points  int    `gorm:"check:chk_points,points >= 0"`
		Part    string `gorm:"size:10;index:idx_part,where:part <> 'x'"`
		Pass    string `gorm:"size:10"`
		Must    string `gorm:"size:10"`
		TeamID  uint
		Team    Team `gorm:"constraint:OnDelete:CASCADE"`
		Added   int  `gorm:"not null;default:5;index"`
	}
	return []any{&Team{}, &Player{}}
}

// A database that AutoMigrate brought from one version of the models to the
// next is not what the models say: these are the differences that it leaves,
// and nothing else is reported. (On SQLite the indexes come out right, because
// the driver makes the table anew for the changed columns, and loses them all.)
func TestDrift(t *testing.T) {
	live := comparetest.Open(t)
	for _, models := range [][]any{before(), after()} {
		if err := open(t, live).AutoMigrate(models...); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"drop foreign key players.fk_players_team",
		"drop check players.chk_points",
		"alter column players.nick: NULL to NOT NULL",
		"drop column players.gone",
		"drop column players.old_name",
		"add check players.chk_points",
		"add foreign key players.fk_players_team",
	}
	if diff := cmp.Diff(want, comparetest.Live(t, live, mapped(t, after()...).Schema)); diff != "" {
		t.Errorf("reported (-want +got):\n%s", diff)
	}
}

// What earlier versions of GORM and of its driver wrote for the same models
// (gorm 1.25.0, sqlite 1.5.0): other names, other spellings, no AUTOINCREMENT.
// None of it is an operation.
func TestOlderVersions(t *testing.T) {
	type Customer struct {
		ID    uint
		Email string  `gorm:"size:120;unique"`
		Ratio float64 `gorm:"default:1.5"`
		Kind  string  `gorm:"default:new"`
		Level int     `gorm:"check:level > 0"`
	}
	live := comparetest.Open(t)
	if _, err := live.Exec("CREATE TABLE `customers` (`id` integer,`email` text UNIQUE,`ratio` real DEFAULT 1.500000," +
		"`kind` text DEFAULT 'new',`level` integer,PRIMARY KEY (`id`),CONSTRAINT `chk_customers_level` CHECK (level > 0))"); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"auto-increment of customers.id is written another way",
		"unique constraint on customers: named uni_customers_email, not (no name)",
	}
	if diff := cmp.Diff(want, comparetest.Live(t, live, mapped(t, &Customer{}).Schema)); diff != "" {
		t.Errorf("reported (-want +got):\n%s", diff)
	}
}
