package script

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Write writes a new file into dir. The file appears complete or not at all,
// and never in the place of another: a name that is taken, be it by a symbolic
// link, is an error that is fs.ErrExist.
func Write(dir, name string, data []byte) (err error) {
	path := filepath.Join(dir, name)
	if name == "" || name != filepath.Base(name) || strings.ContainsAny(name, `/\`) || !filepath.IsLocal(name) {
		return fmt.Errorf("write %q: not a plain file name", name)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	switch info, err := root.Lstat(name); {
	case err == nil && info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("write %s: it is a symbolic link: %w", path, fs.ErrExist)
	case err == nil:
		return fmt.Errorf("write %s: %w", path, fs.ErrExist)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("write %s: %w", path, err)
	}
	temp, err := writeTemp(root, name, data)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := publish(root, temp, name); err != nil {
		return fmt.Errorf("write %s: %w", path, errors.Join(err, remove(root, temp)))
	}
	return syncDir(root)
}

// maxTemp is how many files left behind by crashes are stepped over.
const maxTemp = 1000

// writeTemp writes data to the disk under a name that the Go tool ignores.
func writeTemp(root *os.Root, name string, data []byte) (string, error) {
	for i := range maxTemp {
		temp := "." + name + ".tmp" + strconv.Itoa(i)
		f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		if err := fillFile(f, data); err != nil {
			return "", errors.Join(err, remove(root, temp))
		}
		return temp, nil
	}
	return "", fmt.Errorf("%d temporary files are in the way", maxTemp)
}

// fillFile writes data, makes it durable, and closes f.
func fillFile(f *os.File, data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// publish gives a complete file its name. A link fails where the name is
// taken; a rename alone would replace what is there.
func publish(root *os.Root, temp, name string) error {
	err := root.Link(temp, name)
	if err == nil {
		return remove(root, temp)
	}
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	return reserve(root, temp, name)
}

// reserve is publish without links. A crash between its two steps leaves an
// empty file, which the compiler reports by name.
func reserve(root *os.Root, temp, name string) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Close(), root.Rename(temp, name)); err != nil {
		return errors.Join(err, remove(root, name))
	}
	return nil
}

func remove(root *os.Root, name string) error {
	if err := root.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// syncDir makes the name durable, where folders can be synced at all. Where
// they cannot, the file is there all the same.
func syncDir(root *os.Root) error {
	d, err := root.Open(".")
	if err != nil {
		return nil
	}
	_ = d.Sync() // Windows and some network file systems refuse
	return d.Close()
}

// declared reports whether a Go file in dir declares the variable History.
func declared(dir string) bool {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return false
	}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			continue // the compiler will have its say
		}
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, s := range g.Specs {
				if slices.ContainsFunc(s.(*ast.ValueSpec).Names, func(n *ast.Ident) bool { return n.Name == "History" }) {
					return true
				}
			}
		}
	}
	return false
}

// Init makes dir a folder for revisions: with the file that declares the
// history, and a README. What is there already stays. It returns the files
// that it wrote.
func Init(dir string) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	files := []struct{ name, text string }{{"migrations.go", historyFile}, {"README.md", readme}}
	if declared(dir) {
		files = files[1:]
	}
	var wrote []string
	for _, f := range files {
		switch err := Write(dir, f.name, []byte(f.text)); {
		case err == nil:
			wrote = append(wrote, filepath.Join(dir, f.name))
		case !errors.Is(err, fs.ErrExist):
			return wrote, err
		}
	}
	return wrote, nil
}

const historyFile = `// Package migrations is the history of the database: one file for each
// revision. The files are compiled into the application.
package migrations

import "github.com/whimbreldb/whimbrel/op"

// History holds the revisions. Every file of this package adds its own;
// deleting a file deletes its revision.
//
// Tables that other programs keep in the same database can be left alone by
// name, with * for any characters:
//
//	var History = op.History{Ignore: []string{"spatial_ref_sys", "_litestream_*"}}
var History op.History
`

const readme = "# Migrations\n" + `
This folder is the history of the database. Each file is a revision: a step
from one schema to the next, and back. The files are Go, they are compiled into
the application, and they belong in version control. Read and edit a new one
before it is committed; leave one that others have applied as it is.

` + "```" + `
whim db migrate -m "add price column"   write a revision from the changed models
whim db upgrade                         apply what is not applied yet
whim db downgrade                       undo the newest revision
whim db history                         list the revisions
` + "```" + `

migrations.go declares the history, and names tables to be left alone.
`
