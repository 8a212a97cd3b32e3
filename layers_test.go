package whimbrel_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// layers says what each package may import from this module, lowest first.
// It is policy, not a description: change it in a commit of its own.
const layers = `
schema:
internal/near:
internal/gomod:
internal/modelscan: internal/gomod
internal/dial:
internal/shellword:
revision:          internal/near
op:                schema
diff:              op schema
internal/typetext: schema
internal/coltype:  internal/typetext schema
internal/tables:   internal/coltype schema
model:             internal/coltype internal/near internal/tables schema
dialect:           op schema
dialect/sqlite:    dialect internal/typetext op schema
dialect/postgres:  dialect internal/typetext op schema
dialect/mysql:     dialect internal/typetext op schema
journal:           dialect op schema
scratch:           dialect diff op schema
script:            op revision schema
runner:            dialect journal op schema

.:                 dialect diff internal/dial internal/modelscan journal model op revision runner schema scratch script
internal/connect:  . dialect internal/dial internal/near internal/shellword schema
internal/connect/connecttest: internal/connect
internal/testbind: internal/connect
driver/sqlite:     . dialect/sqlite internal/connect schema
driver/postgres:   . dialect/postgres internal/connect internal/dial internal/near internal/shellword schema
driver/mysql:      . dialect dialect/mysql internal/connect schema
cli:               . dialect diff internal/near internal/shellword model op schema
internal/scaffold:  . internal/near
internal/build:    . internal/gomod
internal/dotenv:   .
internal/socket:   .
shell:
shell/edit:        shell
shell/link:        shell
internal/shellbuild: . internal/build
internal/devpage:
internal/devapp:   internal/devpage internal/socket
internal/devserver: . internal/build internal/devapp internal/devpage internal/socket
app:               . cli internal/build internal/connect internal/devapp internal/devpage internal/dotenv internal/shellbuild internal/socket internal/testbind model op schema shell shell/edit shell/link
app/apptest:       app internal/connect internal/testbind schema
internal/tutorial:
internal/dbtest:   schema
internal/dbtest/with: internal/dbtest
internal/comparetest: dialect dialect/mysql dialect/postgres dialect/sqlite diff op schema scratch
internal/conformance:
internal/demo:     internal/tutorial
cmd/whim:          . cli internal/build internal/devapp internal/devserver internal/dotenv internal/scaffold internal/shellword internal/socket
`

// database says which packages below the root may know database/sql.
const database = " op dialect dialect/sqlite dialect/postgres dialect/mysql internal/comparetest internal/dbtest internal/dbtest/with journal runner scratch "

// TestLayers reads the imports itself instead of running go list: go test
// caches a result until a file the test opened changes, and it cannot see what
// a subprocess opens.
func TestLayers(t *testing.T) {
	const module = "github.com/whimbreldb/whimbrel"
	may := map[string]string{}
	root := false
	aboveRoot := map[string]bool{}
	for line := range strings.Lines(layers) {
		if pkg, imports, ok := strings.Cut(line, ":"); ok {
			may[pkg] = " " + strings.Join(strings.Fields(imports), " ") + " "
			root = root || pkg == "."
			aboveRoot[pkg] = root
		}
	}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && file != "." {
			switch name := d.Name(); {
			case name == "testdata" || strings.HasPrefix(name, "."):
				return fs.SkipDir
			case isModule(file): // a module of its own may import what it likes
				return fs.SkipDir
			}
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		pkg := filepath.ToSlash(filepath.Dir(file))
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		if _, ok := may[pkg]; !ok {
			t.Errorf("%s: say in layers what %s may import", file, pkg)
		}
		for _, imp := range f.Imports {
			path := strings.Trim(imp.Path.Value, `"`)
			if path == "database/sql" && !aboveRoot[pkg] && !strings.Contains(database, " "+pkg+" ") {
				t.Errorf("%s: %s may not know database/sql", file, pkg)
			}
			dep, ours := strings.CutPrefix(path, module)
			dep = strings.TrimPrefix(dep, "/")
			if dep == "" {
				dep = "."
			}
			if ours && !strings.Contains(may[pkg], " "+dep+" ") {
				t.Errorf("%s: %s may not import %s", file, pkg, dep)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func isModule(dir string) bool {
	matches, err := filepath.Glob(filepath.Join(dir, "go.mod"))
	return err == nil && len(matches) == 1
}
