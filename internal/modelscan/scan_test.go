package modelscan

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tree writes the files of a txtar-like text, "== name" before each.
func tree(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	for _, part := range strings.Split(text, "== ")[1:] {
		name, body, _ := strings.Cut(part, "\n")
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const shapes = `== go.mod
module example.com/shop // a comment

go 1.25.0
== main.go
package main

type Local struct{ ID int; Name string ` + "`gorm:\"size:50\"`" + ` }

func models() {}

func main() {}
== models/models.go
package models

import (
	"gorm.io/gorm"
	"example.com/shop/base"
	bun2 "github.com/uptrace/bun"
)

type Product struct {
	gorm.Model
	Name string
}

type Monitor struct { base.Model; Load int }

type Row struct { bun2.BaseModel ` + "`bun:\"table:rows\"`" + `; Key string ` + "`bun:\",pk\"`" + ` }

type Plain struct { Code string ` + "`db:\"code\" ddl:\"pk size(8)\"`" + ` }

type Statistic struct { Day string ` + "`gorm:\"column:day\"`" + ` }

type Named struct { Code string ` + "`gorm:\"size:3\"`" + ` }

func (*Named) TableName() string { return "names" }

type request struct { Name string ` + "`json:\"name\"`" + ` }

type Skipped struct { Name string ` + "`gorm:\"-\"`" + ` }
== base/base.go
package base

type Model struct { ID int64 ` + "`gorm:\"primaryKey\"`" + ` }
== broken/broken.go
package broken

type Broken struct { ID int ` + "`gorm:\"primaryKey\"`" + `
== models/models_test.go
package models

type OnlyInTests struct { ID int ` + "`gorm:\"primaryKey\"`" + ` }
== models/other_windows.go
package models

type OnlyOnWindows struct { ID int ` + "`gorm:\"primaryKey\"`" + ` }
== migrations/old.go
package migrations

type Product struct { ID int ` + "`gorm:\"primaryKey\"`" + ` }
== vendor/x/x.go
package x

type Vendored struct { ID int ` + "`gorm:\"primaryKey\"`" + ` }
== below/go.mod
module below
== below/below.go
package below

type Below struct { ID int ` + "`gorm:\"primaryKey\"`" + ` }
`

func list(models []Model) string {
	var b strings.Builder
	for _, m := range models {
		fmt.Fprintf(&b, "%s %s %s", m.Type(), m.Kind, m.File)
		if m.Doubt != "" {
			b.WriteString(" (" + m.Doubt + ")")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestScan(t *testing.T) {
	found, err := Scan(filepath.Join(tree(t, shapes), "models"))
	if err != nil {
		t.Fatal(err)
	}
	const want = `main.Local gorm main.go
example.com/shop/base.Model gorm base/base.go (others embed it)
example.com/shop/models.Monitor gorm models/models.go
example.com/shop/models.Named gorm models/models.go
example.com/shop/models.Plain ddl models/models.go
example.com/shop/models.Product gorm models/models.go
example.com/shop/models.Row bun models/models.go
example.com/shop/models.Statistic gorm models/models.go (it has no primary key)
`
	if got := list(found); got != want {
		t.Errorf("found:\n%s", got)
	}
}

// TestMigrated: who says AutoMigrate knows better than any shape.
func TestMigrated(t *testing.T) {
	dir := tree(t, shapes+`== store/store.go
package store

import m "example.com/shop/models"

type hidden struct{ Code string }

func Open(db interface{ AutoMigrate(...any) error }) error {
	return db.AutoMigrate(&m.Product{}, new(m.Statistic), (*hidden)(nil), m.Named{})
}
`)
	found, err := Scan(dir)
	if err != nil {
		t.Fatal(err)
	}
	var sure []string
	for _, m := range found {
		if m.Doubt == "" {
			sure = append(sure, m.Name)
		} else if m.Doubt != "it is not given to AutoMigrate" {
			t.Errorf("%s: %s", m.Name, m.Doubt)
		}
	}
	if got := strings.Join(sure, " "); got != "Named Product Statistic hidden" {
		t.Errorf("sure of %s", got)
	}
}

func TestNoModule(t *testing.T) {
	if _, err := Scan(t.TempDir()); !errors.Is(err, errNoModule) {
		t.Errorf("got %v", err)
	}
}

// TestRegister: the file compiles beside the package, and lists what there is no
// doubt about.
func TestRegister(t *testing.T) {
	dir := tree(t, `== go.mod
module example.com/shop

go 1.25.0
== main.go
package main

type Local struct{ ID int `+"`gorm:\"size:50\"`"+` }

func allModels() {}

func models() {}

func main() { println(len(allModelsForWhimbrel())) }
== my-models/v2/m.go
package models

type Product struct { ID int `+"`gorm:\"primaryKey\"`"+` }

type hidden struct { ID int `+"`gorm:\"primaryKey\"`"+` }

type Doubt struct { Day int `+"`gorm:\"column:day\"`"+` }
== other/models/m.go
package models

type Order struct { ID int `+"`gorm:\"primaryKey\"`"+` }
== internal/ours/m.go
package ours

type Visible struct { ID int `+"`gorm:\"primaryKey\"`"+` }
== other/internal/theirs/m.go
package theirs

type Secret struct { ID int `+"`gorm:\"primaryKey\"`"+` }
== cmd/tool/main.go
package main

type Tool struct { ID int `+"`gorm:\"primaryKey\"`"+` }

func main() {}
`)
	found, err := Scan(dir)
	if err != nil {
		t.Fatal(err)
	}
	text, function, err := Register(dir, found)
	if err != nil || function != "allModelsForWhimbrel" {
		t.Fatal(function, err)
	}
	if err := os.WriteFile(filepath.Join(dir, File), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "run", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	out, err := cmd.CombinedOutput()
	if err != nil || string(out) != "4\n" {
		t.Errorf("%v: %s\n%s", err, out, text)
	}
	for _, line := range []string{
		"it is in another program: cmd/tool/main.go:3", "it is not exported: my-models/v2/m.go:5", "it has no primary key: my-models/v2/m.go:7",
		"it is in an internal package of example.com/shop/other: other/internal/theirs/m.go:3",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("no %q in\n%s", line, text)
		}
	}
	if text, _, err := Register(filepath.Join(dir, "other"), found); text != "" || err != nil {
		t.Errorf("where there is no package: %v\n%s", err, text)
	}
}
