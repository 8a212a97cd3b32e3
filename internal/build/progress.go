package build

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
)

// packages takes the names of packages, which "go build -v" says one a line
// when it compiles them, out of what else the go command says. A message always
// has a space or a colon in each line, or begins with one.
type packages struct {
	rest     io.Writer
	compiled func(path string) // may be nil
	line     []byte
}

// Counted returns a writer for what "go build -v" says, which tells Compiled of
// the packages and passes on the rest. flush ends it.
func (a App) Counted(rest io.Writer) (w io.Writer, flush func() error) {
	p := &packages{rest: rest, compiled: a.Compiled}
	return p, p.flush
}

func (p *packages) Write(b []byte) (int, error) {
	for n := len(b); ; {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			p.line = append(p.line, b...)
			return n, nil
		}
		p.line = append(p.line, b[:i+1]...)
		b = b[i+1:]
		if err := p.flush(); err != nil {
			return 0, err
		}
	}
}

// flush deals with the line that was read, also when it has no end.
func (p *packages) flush() error {
	line := p.line
	p.line = p.line[:0]
	name := strings.TrimSuffix(string(line), "\n")
	if name != "" && !strings.ContainsAny(name, " \t:#()[]{}") {
		if p.compiled != nil {
			p.compiled(name)
		}
		return nil
	}
	_, err := p.rest.Write(line)
	return err
}

// Stale counts the packages that the next build has to compile. While a build
// is under way they become fewer.
func (a App) Stale(ctx context.Context) (int, error) {
	cmd := exec.CommandContext(ctx, "go", append(append([]string{"list", "-buildvcs=false", "-deps", "-f", "{{if .Stale}}.{{end}}"}, a.TagFlags()...), ".")...)
	cmd.Dir = a.Dir
	cmd.Env = append(os.Environ(), "PWD="+a.Dir)
	out, err := cmd.Output()
	return bytes.Count(out, []byte(".")), err
}
