package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/traefik/yaegi/interp"
	"github.com/traefik/yaegi/stdlib"

	"github.com/whimbreldb/whimbrel/shell/link"
)

// workloads are what the shell and another interpreter of Go run.
var workloads = []struct{ name, setup, run string }{
	{"fib20", "func fib(n int) int { if n < 2 { return n }; return fib(n-1) + fib(n-2) }", "fib(20)"},
	{"loop300k", "func loop() int { s := 0; for i := 0; i < 300000; i++ { s += i % 7 }; return s }", "loop()"},
	{"global300k", "var sum int", "for i := 0; i < 300000; i++ { sum += i }"},
	{"append10k", "func grow() int { xs := []int{}; for i := 0; i < 10000; i++ { xs = append(xs, i) }; return len(xs) }", "grow()"},
	{"map10k", "func count() int { m := map[int]int{}; for i := 0; i < 10000; i++ { m[i%100]++ }; return len(m) }", "count()"},
}

// BenchmarkShell runs each workload in the shell of a program, and in the
// peer. An operation is one run of it; what it takes to check and compile an
// input is in the metric of input.
func BenchmarkShell(b *testing.B) {
	bin := linkedShell(b)
	for _, w := range workloads {
		b.Run(w.name+"/whim", func(b *testing.B) {
			script := fmt.Sprintf("%s\nbegin := time.Now()\nfor range %d { %s }\nint64(time.Since(begin))\n", w.setup, b.N, w.run)
			cmd := exec.Command(bin)
			cmd.Stdin = bytes.NewBufferString(script)
			out, err := cmd.Output()
			if err != nil {
				b.Fatal(err)
			}
			ns, err := strconv.ParseInt(string(regexp.MustCompile(`(\d+)\n$`).FindSubmatch(out)[1]), 10, 64)
			if err != nil {
				b.Fatalf("%v: %s", err, out)
			}
			b.ReportMetric(float64(ns)/float64(b.N), "ns/op")
		})
		b.Run(w.name+"/yaegi", func(b *testing.B) {
			i := interp.New(interp.Options{})
			if err := i.Use(stdlib.Symbols); err != nil {
				b.Fatal(err)
			}
			for _, src := range []string{`import "time"`, w.setup, "var begin = time.Now()"} {
				if _, err := i.Eval(src); err != nil {
					b.Fatal(err)
				}
			}
			begin := time.Now()
			if _, err := i.Eval(fmt.Sprintf("for n := 0; n < %d; n++ { %s }", b.N, w.run)); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(time.Since(begin))/float64(b.N), "ns/op")
		})
	}
	b.Run("input/whim", func(b *testing.B) {
		var script bytes.Buffer
		script.WriteString("begin := time.Now()\n")
		for n := range b.N {
			fmt.Fprintf(&script, "v%d := strings.Repeat(\"a\", %d)\n", n%100, n%10)
		}
		script.WriteString("int64(time.Since(begin))\n")
		cmd := exec.Command(bin)
		cmd.Stdin = &script
		out, err := cmd.Output()
		if err != nil {
			b.Fatal(err)
		}
		ns, err := strconv.ParseInt(string(regexp.MustCompile(`(\d+)\n$`).FindSubmatch(out)[1]), 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(ns)/float64(b.N), "ns/op")
	})
}

// linkedShell builds a program with a shell that reads standard input.
func linkedShell(b *testing.B) string {
	b.Helper()
	dir, gen := b.TempDir(), b.TempDir()
	root, err := filepath.Abs("..")
	if err != nil {
		b.Fatal(err)
	}
	sum, err := os.ReadFile("../go.sum")
	if err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string]string{
		"go.mod":  fmt.Sprintf("module p\n\ngo 1.25.0\n\nrequire github.com/whimbreldb/whimbrel v0.0.0\n\nreplace github.com/whimbreldb/whimbrel => %q\n", root),
		"go.sum":  string(sum),
		"main.go": "package main\n\nfunc main() {}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	b.Setenv("GOWORK", "off")
	b.Setenv("GOFLAGS", "-mod=mod -buildvcs=false")
	err = link.Write(context.Background(), link.Options{
		Dir: dir, Out: gen, Imports: []string{`"context"`, `"encoding/json"`, `"os"`},
		Init: `
	cfg := shell.Config{Table: shellTable, Out: os.Stdout, Err: os.Stderr}
	b, err := os.ReadFile(shellManifest)
	if err == nil {
		err = json.Unmarshal(b, &cfg.Manifest)
	}
	s, err2 := shell.New(cfg)
	if err != nil || err2 != nil {
		panic("no session")
	}
	l := &shell.Loop{Session: s, Out: os.Stdout, Err: os.Stderr}
	if err := l.Run(context.Background(), os.Stdin); err != nil {
		panic(err)
	}
	os.Exit(0)`,
	})
	if err != nil {
		b.Fatal(err)
	}
	bin := filepath.Join(dir, "shell")
	cmd := exec.Command("go", "build", "-ldflags=-s -w", "-overlay", filepath.Join(gen, "overlay.json"), "-o", bin, ".")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return bin
}
