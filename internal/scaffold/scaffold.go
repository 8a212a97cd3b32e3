// Package scaffold writes a new app: for one of three ORMs (one of which is none)
// and one of three databases. With GORM and SQLite it is examples/shop under
// another name.
//
// The folder template has what is common to all, what an ORM has of its own, and
// in modules the go.mod and go.sum of each pair, which a test has the go command
// write. What a database changes is in choice.go.
//
// It runs no command, reaches no network and never overwrites a file. Start at
// [Files], then [Write].
package scaffold

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel"
)

//go:embed all:template
var templates embed.FS

// An Options says what to write.
type Options struct {
	Name   string // of the folder and the program
	Module string // "" is the name
	Source Source
	// ORM is one of ORMs and Database one of Databases; "" is the first.
	ORM      string
	Database string
}

// A Source is where the new app gets Whimbrel from.
type Source struct {
	Version  string // a release: "v1.2.3"
	Checkout string // a folder with the source: then go.mod points there
}

// A File is a file to write. Name is relative, with slashes.
type File struct {
	Name string
	Text string
}

// Files returns the files of a new app, sorted by name.
func Files(o Options) ([]File, error) {
	if err := checkName(o.Name); err != nil {
		return nil, err
	}
	o.Module = cmp.Or(o.Module, o.Name)
	owner := ""
	switch first, _, _ := strings.Cut(o.Module, "/"); {
	case slices.Contains(standard, first):
		owner = "Go itself"
	case strings.HasPrefix(o.Module+"/", "github.com/whimbreldb/whimbrel/"):
		owner = "Whimbrel"
	}
	if owner != "" {
		return nil, &whimbrel.Error{
			Code: whimbrel.BadModule, Msg: fmt.Sprintf("%q is a package of %s, so it cannot be the path of the module", o.Module, owner),
			Hint: []string{"to give the module another path: whim new " + o.Name + " --module example.com/" + o.Name},
		}
	}
	if err := checkModule(o.Module); err != nil {
		return nil, err
	}
	orm, err := choose("orm", o.ORM, ORMs)
	if err != nil {
		return nil, err
	}
	db, err := choose("db", o.Database, Databases)
	if err != nil {
		return nil, err
	}
	spelt := of(db, o.Name)
	fill := strings.NewReplacer("{{name}}", o.Name, "{{module}}", o.Module, "{{url}}", spelt.url, "{{testurl}}", spelt.testURL,
		"{{arg}}", spelt.arg, "{{notable}}", spelt.noTable, "{{database}}", spelt.where, "{{services}}", spelt.services,
		"{{ormimport}}", spelt.imports[orm], "{{dialect}}", spelt.dialect[orm], "{{driver}}", db)
	var files []File
	for _, dir := range []string{"template/common", "template/" + orm} {
		add, err := fromTemplates(dir, fill)
		if err != nil {
			return nil, err
		}
		files = append(files, add...)
	}
	// Of what the module itself is called only go.mod speaks.
	mod, err := fromModules(orm+"-"+db, strings.NewReplacer("{{module}}", o.Module, "{{require}}", o.Source.require(), "{{replace}}", o.Source.replace(orm)))
	files = append(files, mod...)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return files, err
}

// fromTemplates returns the files of a folder of templates.
func fromTemplates(dir string, fill *strings.Replacer) (files []File, err error) {
	err = fs.WalkDir(templates, dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := templates.ReadFile(p)
		if err != nil {
			return err
		}
		f := File{Name: target(strings.TrimPrefix(p, dir+"/")), Text: fill.Replace(string(b))}
		if path.Ext(f.Name) == ".go" {
			// The length of the names decides how gofmt aligns comments.
			b, err := format.Source([]byte(f.Text))
			if err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
			f.Text = string(b)
		}
		files = append(files, f)
		return nil
	})
	return files, err
}

// fromModules returns go.mod and go.sum.
func fromModules(kind string, fill *strings.Replacer) (files []File, err error) {
	for _, name := range []string{"mod", "sum"} {
		b, err := templates.ReadFile("template/modules/" + kind + "." + name)
		if err != nil {
			return nil, err
		}
		files = append(files, File{Name: "go." + name, Text: fill.Replace(string(b))})
	}
	return files, nil
}

// target returns the name of the file that a template becomes. Templates are
// named so that they are neither Go files nor hidden.
func target(template string) string {
	name := strings.TrimSuffix(template, ".tmpl")
	if rest, ok := strings.CutPrefix(name, "dot-"); ok {
		return "." + rest
	}
	return name
}

// Write writes the files below dir, which it makes. When one of them is there
// already, or something is in the way, it writes none; when it fails half-way, it
// takes back what it has written.
func Write(dir string, files []File) error {
	var there []string
	for _, f := range files {
		switch what, err := inTheWay(dir, f.Name); {
		case err != nil:
			return notWritten(err)
		case what != "" && !slices.Contains(there, what):
			there = append(there, what)
		}
	}
	if len(there) > 0 {
		return &whimbrel.Error{
			Code: whimbrel.Exists, Msg: "nothing was written: a file that is there already is never overwritten", Detail: there,
			Hint: []string{"choose another name, or move what is there"},
		}
	}
	var made []string
	var err error
	for _, f := range files {
		if err = writeNew(filepath.Join(dir, filepath.FromSlash(f.Name)), f.Text, &made); err != nil {
			break
		}
	}
	if err == nil {
		return nil
	}
	for _, path := range slices.Backward(made) {
		_ = os.Remove(path) // what cannot be removed either stays
	}
	return notWritten(err)
}

func notWritten(err error) error {
	return &whimbrel.Error{
		Code: whimbrel.NotWritten, Msg: "the app cannot be written", Detail: []string{err.Error()}, Err: err,
		Hint: []string{"look at the rights of this folder, and at what is left of the disk: ls -ld . && df ."},
	}
}

// inTheWay returns what keeps a file below dir from being made: itself, or what
// is there instead of one of its folders.
func inTheWay(dir, name string) (string, error) {
	folder := dir
	for part := range strings.SplitSeq(name, "/") {
		info, err := os.Stat(folder)
		_, lerr := os.Lstat(folder)
		switch {
		case errors.Is(lerr, fs.ErrNotExist):
			return "", nil
		case errors.Is(err, fs.ErrNotExist):
			return folder + " is a link to nothing", nil
		case err != nil:
			return "", err
		case !info.IsDir():
			return folder + " is no folder", nil
		}
		folder = filepath.Join(folder, part)
	}
	_, err := os.Lstat(folder) // the file by now
	switch {
	case err == nil:
		return folder, nil
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	}
	return "", err
}

// writeNew writes a file, and remembers what it has made: the file, and its
// folders.
func writeNew(path, text string, made *[]string) error {
	if err := makeFolder(filepath.Dir(path), made); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	*made = append(*made, path)
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

func makeFolder(path string, made *[]string) error {
	err := os.Mkdir(path, 0o755)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeFolder(filepath.Dir(path), made); err != nil {
			return err
		}
		err = os.Mkdir(path, 0o755)
	}
	if err == nil {
		*made = append(*made, path)
	}
	if info, serr := os.Stat(path); serr == nil && info.IsDir() {
		return nil
	}
	return err
}
