// Package build finds the app in a folder and builds it, for the command whim
// and for the shell.
//
// It runs the go command that is on PATH and nothing else, changes no file
// outside its own cache folder, and knows no command of the app. Start at
// [Find], then [App.Build].
package build

import (
	"errors"
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/gomod"
)

// module is the path that an app's go.mod has to require.
const module = "github.com/whimbreldb/whimbrel"

// An App is the main package of an application.
type App struct {
	Dir    string // the folder of the main package, absolute
	Module string // the path of its module
	Root   string // the folder of its go.mod
	Tags   string // build tags besides those of GOFLAGS, with commas between; usually none

	// Overlay is a file for the go command's -overlay; usually none.
	Overlay string

	// Compiled is called with the path of each package that Build compiles, when
	// it begins with it. Nil: nobody wants to know.
	Compiled func(path string)
}

// Find returns the app of a folder: the nearest main package from dir up to
// the root of its module.
func Find(dir string) (App, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		e := noApp("the folder that whim was called in is gone: " + err.Error())
		e.Hint = []string{"to go to one that is there: cd ~"}
		return App{}, e
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return App{}, noApp("there is no such folder: " + dir)
	}
	mod, ok := gomod.Find(dir)
	if !ok {
		return App{}, noApp("no go.mod in " + dir + " or above")
	}
	if !strings.Contains(mod.Text, module) {
		return App{}, noApp("the module of this folder, " + mod.Path + ", does not require " + module)
	}
	for d := dir; ; d = filepath.Dir(d) {
		if isMain(d) {
			return App{Dir: d, Module: mod.Path, Root: mod.Root}, nil
		}
		if d == mod.Root {
			break
		}
	}
	e := noApp("no package main in " + dir + ", in module " + mod.Path)
	if mains := mainsBelow(mod.Root); len(mains) > 0 {
		e.Hint = nil
		for _, m := range mains {
			e.Hint = append(e.Hint, "to use "+m+": whim --app "+m+" …")
		}
	}
	return App{}, e
}

func noApp(detail string) *whimbrel.Error {
	return &whimbrel.Error{
		Code: whimbrel.NoApp, Msg: "there is no app in this folder", Detail: []string{detail},
		Hint: []string{"to make one: whim new NAME", "to use one in another folder: whim --app DIR …"},
	}
}

// isMain reports whether dir holds a package main. When files disagree about
// the package, or do not parse, the go command will say so better than we can,
// so they count.
func isMain(dir string) bool {
	p, err := build.Default.ImportDir(dir, 0)
	var none *build.NoGoError
	if errors.As(err, &none) {
		return false
	}
	return p.Name == "main" && len(p.GoFiles)+len(p.CgoFiles) > 0 || err != nil && hasGoFile(dir)
}

func hasGoFile(dir string) bool {
	files, _ := filepath.Glob(filepath.Join(escapeGlob(dir), "*.go"))
	return len(files) > 0
}

// escapeGlob makes a path that is matched as it is.
func escapeGlob(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s)
}

// mainsBelow lists the main packages not far below root, as relative paths. It
// is a hint for people, so it gives up early rather than read a large tree.
func mainsBelow(root string) []string {
	const depth, most = 3, 5
	var out []string
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil
		}
		rel, _ := filepath.Rel(root, path)
		name := d.Name()
		switch {
		case len(out) == most:
			return fs.SkipAll
		case rel == ".":
			return nil
		case strings.HasPrefix(name, "."), strings.HasPrefix(name, "_"), name == "vendor", name == "testdata", name == "node_modules",
			strings.Count(rel, string(filepath.Separator)) >= depth:
			return fs.SkipDir
		}
		if isMain(path) {
			out = append(out, "./"+filepath.ToSlash(rel))
		}
		return nil
	})
	return out
}
