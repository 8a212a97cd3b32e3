package whimbrel

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/internal/modelscan"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/script"
)

// Init makes the folder of the revision files. What is there already stays. It
// returns the files that it wrote.
func (p *Project) Init() ([]string, error) {
	if p.cfg.Dir == "" {
		return nil, &Error{Code: NoFolder, Msg: "no folder for revision files is configured"}
	}
	wrote, err := script.Init(p.cfg.Dir)
	if err != nil {
		msg := "the folder cannot be made"
		if errors.Is(err, fs.ErrPermission) {
			msg = "the folder cannot be written"
		}
		return wrote, &Error{Code: NoFolder, Msg: msg, Detail: []string{err.Error()}, Err: err}
	}
	return wrote, nil
}

// A Registration is a Go file that lists the models of a program which has
// registered none.
type Registration struct {
	Path     string   // "" when there was nothing to write
	Function string   // that returns the models
	Models   []string // that are listed, by their types
	Doubts   []string // that are comments in the file, and why
	ORM      string   // of the most: "gorm", "bun" or "ddl"
}

// Register looks for structs that look like models, and writes a list of them
// into the package beside the folder of the revision files, to be given to the
// project. It writes nothing, and is no error, when the project has models, when
// no struct looks like one, and when the file is there. It reads Go files, and
// no database.
func (p *Project) Register() (Registration, error) {
	var r Registration
	if len(p.cfg.Models) > 0 || p.cfg.Dir == "" {
		return r, nil
	}
	dir := filepath.Dir(filepath.Clean(p.cfg.Dir))
	found, err := modelscan.Scan(dir)
	if err != nil {
		return r, nil //nolint:nilerr // no module, no models to look for
	}
	text, function, err := modelscan.Register(dir, found)
	name := filepath.Join(dir, modelscan.File)
	if err != nil || text == "" || exists(name) {
		return r, err
	}
	count := map[string]int{}
	for _, m := range found {
		if m.Doubt != "" {
			r.Doubts = append(r.Doubts, fmt.Sprintf("%s (%s:%d): %s", m.Name, m.File, m.Line, m.Doubt))
			continue
		}
		r.Models = append(r.Models, m.Type())
		count[string(m.Kind)]++
		if count[string(m.Kind)] > count[r.ORM] {
			r.ORM = string(m.Kind)
		}
	}
	// Whole or not at all: half of it would keep the program from compiling.
	if err := script.Write(dir, modelscan.File, []byte(text)); err != nil {
		return r, &Error{Code: NoFolder, Msg: "the list of models cannot be written", Detail: []string{err.Error()}, Err: err}
	}
	r.Path, r.Function = name, function
	return r, nil
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

// unregistered warns of structs that look like models and are not among those
// that were given to the project. It is silent where the program runs without
// its Go files.
func (p *Project) unregistered(types []string) []model.Warning {
	if p.cfg.Dir == "" || !exists(p.cfg.Dir) {
		return nil
	}
	p.scan.Do(func() {
		p.found, _ = modelscan.Scan(filepath.Dir(filepath.Clean(p.cfg.Dir))) // no module: nothing found
	})
	for _, source := range p.cfg.Others {
		m, err := source.Load()
		if err != nil || m.Types == nil {
			return nil // which ones it has, nobody knows
		}
		types = append(types, m.Types...)
	}
	var warnings []model.Warning
	for _, m := range p.found {
		if m.Doubt == "" && !slices.Contains(types, m.Type()) {
			warnings = append(warnings, model.Warning{
				Model: m.Package[strings.LastIndexByte(m.Package, '/')+1:] + "." + m.Name,
				Text:  fmt.Sprintf("looks like a model and is not registered (%s:%d)", m.File, m.Line),
			})
		}
	}
	return warnings
}
