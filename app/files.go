package app

import (
	"bytes"
	"html/template"
	"io"
	"io/fs"
	"runtime"
	"sync"
)

// Files returns embedded files: templates, and what is served as it is. In
// production they are what was compiled in. Under whim run --debug they are read
// from the source folder instead, so that a change shows without a build.
//
//	//go:embed static templates
//	var embedded embed.FS
//
//	files := a.Files(embedded)
//	a.Handle("GET /static/", http.FileServerFS(files))
//
// It is called in the folder that the files are in: where the go:embed line is,
// which is the only place where the variable can be made.
func (a *App) Files(embedded fs.FS) fs.FS {
	if _, file, _, ok := runtime.Caller(1); ok {
		if disk, ok := fromDisk(embedded, file); ok {
			return live{disk}
		}
	}
	return embedded
}

// A live file system is read anew each time.
type live struct{ fs.FS }

// Templates are HTML templates in files: parsed once, and for each use when the
// files come from [App.Files] under whim run --debug. They may be used by many
// goroutines.
type Templates struct {
	files    fs.FS
	patterns []string
	funcs    template.FuncMap
	once     func() (*template.Template, error)
}

// Templates returns the templates in the files that match the patterns, as
// [template.ParseFS] reads them.
//
//	pages := a.Templates(files, "templates/*.html")
//	…
//	err := pages.ExecuteTemplate(w, "index.html", products)
func (a *App) Templates(files fs.FS, patterns ...string) *Templates {
	t := &Templates{files: files, patterns: patterns}
	t.once = sync.OnceValues(t.parse)
	return t
}

// Funcs adds functions for the templates. It is called before the first use.
func (t *Templates) Funcs(m template.FuncMap) *Templates {
	t.funcs = m
	return t
}

func (t *Templates) parse() (*template.Template, error) {
	return template.New("").Funcs(t.funcs).ParseFS(t.files, t.patterns...)
}

// ExecuteTemplate writes the template of a name: that of its file, without the
// folder. When it fails, nothing is written.
func (t *Templates) ExecuteTemplate(w io.Writer, name string, data any) error {
	parse := t.once
	if _, ok := t.files.(live); ok {
		parse = t.parse
	}
	all, err := parse()
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := all.ExecuteTemplate(&page, name, data); err != nil {
		return err
	}
	_, err = page.WriteTo(w)
	return err
}
