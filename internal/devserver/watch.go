package devserver

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/whimbreldb/whimbrel/internal/build"
)

// inputs are what a build of the app reads and a person can edit.
type inputs struct {
	files map[string]bool // by path
	code  map[string]bool // folders of packages: a Go file more or less counts
	embed map[embedded]bool
}

// An embedded is a pattern of embedded files: any file more or less that it
// matches counts.
type embedded struct{ dir, pattern string }

// A listed package is what go list says of one.
type listed struct {
	Dir                                                                           string
	GoFiles, CgoFiles, CFiles, CXXFiles, HFiles, SFiles, SysoFiles, EmbedPatterns []string
	Standard                                                                      bool
	Module                                                                        *struct {
		Main    bool
		GoMod   string
		Replace *struct{ Version, GoMod string }
	}
}

// editable reports whether the package is of the main module, of the workspace,
// of a folder that replaces a module, or in a folder vendor. Others are in the
// module cache, where nothing changes, and where their go.mod is known.
func (p listed) editable() bool {
	return !p.Standard && p.Module != nil && (p.Module.Main || p.Module.Replace != nil && p.Module.Replace.Version == "" || p.Module.GoMod == "")
}

// readInputs asks the go command what the build of an app reads.
func readInputs(ctx context.Context, app build.App, env []string) (inputs, error) {
	in := minimal(app)
	args := append([]string{
		"list", "-e", "-deps", "-json=Dir,GoFiles,CgoFiles,CFiles,CXXFiles,HFiles,SFiles,SysoFiles,EmbedPatterns,Standard,Module",
	}, app.TagFlags()...)
	cmd := exec.CommandContext(ctx, "go", append(args, ".")...)
	cmd.Dir, cmd.Env = app.Dir, env
	out, err := cmd.Output()
	if err != nil {
		return in, err
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return in, err
		}
		if !p.editable() {
			continue
		}
		in.code[p.Dir] = true
		goMod := p.Module.GoMod
		if p.Module.Replace != nil {
			goMod = p.Module.Replace.GoMod
		}
		if goMod != "" { // vendor has none
			in.files[goMod] = true
		}
		for _, names := range [][]string{p.GoFiles, p.CgoFiles, p.CFiles, p.CXXFiles, p.HFiles, p.SFiles, p.SysoFiles} {
			for _, name := range names {
				if !filepath.IsAbs(name) { // what cgo and others generate is elsewhere
					in.files[filepath.Join(p.Dir, name)] = true
				}
			}
		}
		for _, pattern := range p.EmbedPatterns {
			in.embed[embedded{p.Dir, pattern}] = true
		}
	}
	work, err := workspace(ctx, app, env)
	if err != nil {
		return in, err
	}
	if work != "" {
		in.files[work], in.files[work+".sum"] = true, true
	}
	return in, nil
}

// has reports whether a file is an input.
func (in inputs) has(file string) bool {
	if in.files[file] || in.code[filepath.Dir(file)] {
		return true
	}
	for e := range in.embed {
		if e.matches(file) {
			return true
		}
	}
	return false
}

// minimal is what every build of the app reads: enough to notice that somebody
// mends what keeps the go command from saying more.
func minimal(app build.App) inputs {
	files := map[string]bool{filepath.Join(app.Dir, ".env"): true}
	for _, name := range []string{"go.mod", "go.sum", "vendor/modules.txt"} {
		files[filepath.Join(app.Root, filepath.FromSlash(name))] = true
	}
	for dir := app.Root; ; dir = filepath.Dir(dir) { // a workspace may come into being
		files[filepath.Join(dir, "go.work")] = true
		if dir == filepath.Dir(dir) {
			break
		}
	}
	return inputs{files: files, code: map[string]bool{app.Dir: true}, embed: map[embedded]bool{}}
}

// workspace returns the path of the go.work that the build reads, if any.
func workspace(ctx context.Context, app build.App, env []string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "env", "GOWORK")
	cmd.Dir, cmd.Env = app.Dir, env
	out, err := cmd.Output()
	work := strings.TrimSpace(string(out))
	if work == "off" {
		work = ""
	}
	return work, err
}

// A stamp tells whether a file is another than before.
type stamp struct {
	mod    int64
	size   int64
	status int64 // when the system has changed anything of it; 0 where that is not told
}

func stampOf(info fs.FileInfo) stamp {
	return stamp{info.ModTime().UnixNano(), info.Size(), statusTime(info)}
}

// after reports whether a file was changed after a time. The time of its content
// can be set, and a file that is moved or unpacked has an old one, or one from
// the future.
func (s stamp) after(t time.Time) bool { return cmp.Or(s.status, s.mod) > t.UnixNano() }

type stamps map[string]stamp

// A watcher looks at the inputs of a build by asking for the time and size of
// each. Events of the system would be quicker by a moment, and do not come for
// folders that a container, a virtual machine or another host shares.
type watcher struct {
	in   inputs
	last stamps
	disk []string // files below are read by the app itself, for each request
	took time.Duration
}

func newWatcher(app build.App) *watcher {
	w := &watcher{in: minimal(app)}
	w.last = w.scan()
	return w
}

// scan returns the inputs as they are now.
func (w *watcher) scan() stamps {
	begun := now()
	s := make(stamps, len(w.last)+8)
	for file := range w.in.files {
		if info, err := os.Stat(file); err == nil {
			s[file] = stampOf(info)
		}
	}
	for dir := range w.in.code {
		s.add(dir)
	}
	for e := range w.in.embed {
		e.each(func(path string, info fs.FileInfo) { s[path] = stampOf(info) })
	}
	w.took = since(begun)
	return s
}

// add stamps the files of a package. Those that the go command ignores by their
// name are left out.
func (s stamps) add(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return // it has gone: its files are missed
	}
	for _, e := range entries {
		name := e.Name()
		path := filepath.Join(dir, name)
		if _, known := s[path]; known || e.IsDir() || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") ||
			!sources[filepath.Ext(name)] || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if info, err := os.Stat(path); err == nil {
			s[path] = stampOf(info)
		}
	}
}

// sources are the endings of the files that the go command compiles.
var sources = map[string]bool{
	".go": true, ".c": true, ".cc": true, ".cpp": true, ".cxx": true, ".m": true, ".h": true, ".hh": true, ".hpp": true, ".hxx": true,
	".f": true, ".F": true, ".for": true, ".f90": true, ".s": true, ".S": true, ".sx": true, ".swig": true, ".swigcxx": true, ".syso": true,
}

// each calls f with every file that is embedded, as package embed says which.
func (e embedded) each(f func(path string, info fs.FileInfo)) {
	pattern, all := strings.CutPrefix(e.pattern, "all:")
	root := os.DirFS(e.dir)
	names, _ := fs.Glob(root, pattern) // the go command says what is wrong with it
	for _, name := range names {
		_ = fs.WalkDir(root, name, func(path string, d fs.DirEntry, err error) error { // f has no error
			if err != nil { // it has gone, leads to nothing, or is a secret
				return nil
			}
			base := d.Name()
			hidden := path != name && !all && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_"))
			switch {
			case d.IsDir():
				if _, err := fs.Stat(root, path+"/go.mod"); hidden || err == nil && path != name {
					return fs.SkipDir
				}
			case hidden || strings.HasSuffix(base, "~"): // an editor's
			default:
				if info, err := fs.Stat(root, path); err == nil {
					f(filepath.Join(e.dir, filepath.FromSlash(path)), info)
				}
			}
			return nil
		})
	}
}

// matches reports whether a file is one that is embedded, if it is there.
func (e embedded) matches(file string) bool {
	rel, err := filepath.Rel(e.dir, file)
	if err != nil {
		return false
	}
	pattern := strings.TrimPrefix(e.pattern, "all:")
	for rel = filepath.ToSlash(rel); rel != "." && rel != "/"; rel = path.Dir(rel) {
		if ok, _ := path.Match(pattern, rel); ok {
			return true
		}
	}
	return false
}

// changes returns the files that differ, in order.
func (s stamps) changes(to stamps) []string {
	var out []string
	for file, st := range to {
		if old, ok := s[file]; !ok || old != st {
			out = append(out, file)
		}
	}
	for file := range s {
		if _, ok := to[file]; !ok {
			out = append(out, file)
		}
	}
	slices.Sort(out)
	return out
}

// adopt takes over the inputs of a build that was begun at a time. What has
// changed since then, in files that were not looked at before, shall be noticed.
func (w *watcher) adopt(in inputs, begun time.Time) {
	old := w.last
	w.in = in
	w.last = w.scan()
	for file, st := range w.last {
		if before, ok := old[file]; ok {
			w.last[file] = before
		} else if st.after(begun) {
			w.last[file] = stamp{}
		}
	}
	for file, st := range old { // it has gone since
		if _, ok := w.last[file]; !ok && in.has(file) {
			w.last[file] = st
		}
	}
}

// The period of looking. A look may take a fiftieth of a core, and a save is
// noticed soon enough.
const (
	shortest = 50 * time.Millisecond
	longest  = 500 * time.Millisecond
	share    = 50
)

func (w *watcher) period() time.Duration {
	return max(shortest, min(longest, w.took*share))
}

// onlyDisk reports whether the app reads all these files itself.
func (w *watcher) onlyDisk(files []string) bool {
	for _, file := range files {
		if !slices.ContainsFunc(w.disk, func(dir string) bool {
			return file == dir || strings.HasPrefix(file, dir+string(filepath.Separator))
		}) {
			return false
		}
	}
	return true
}

// settled waits until nothing changes any more: editors write a file in steps.
func (w *watcher) settled(ctx context.Context, s stamps) stamps {
	const quiet, most = 40 * time.Millisecond, 50
	for range most {
		select {
		case <-ctx.Done():
			return s
		case <-time.After(quiet):
		}
		again := w.scan()
		if maps.Equal(s, again) {
			break
		}
		s = again
	}
	return s
}

// now and since are the clock of the dev server.
func now() time.Time                  { return time.Now() } //nolint:forbidigo // the clock of a program that waits for files
func since(t time.Time) time.Duration { return time.Since(t) }
