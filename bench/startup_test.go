package bench

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// build builds a package of the repository into a folder of its own.
func build(b *testing.B, dir, pkg, name string, flags ...string) string {
	b.Helper()
	bin := filepath.Join(b.TempDir(), name)
	cmd := exec.Command("go", append(append([]string{"build", "-buildvcs=false", "-o", bin}, flags...), pkg)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return bin
}

func command(b *testing.B, dir string, name string, args ...string) {
	b.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "DATABASE_URL=")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
}

// BenchmarkShopCurrent is "shop db current" of a built binary whose database
// is at head, as a whole process.
func BenchmarkShopCurrent(b *testing.B) {
	shop := build(b, "../examples/shop", ".", "shop", "-ldflags=-s -w")
	dir := b.TempDir()
	command(b, dir, shop, "db", "upgrade")
	for b.Loop() {
		command(b, dir, shop, "db", "current")
	}
}

// BenchmarkWhimCurrent is "whim db current" of a new app: unchanged, and after
// an edit of a model. The bare go build of the same app stands beside it.
func BenchmarkWhimCurrent(b *testing.B) {
	whim := build(b, "..", "./cmd/whim", "whim")
	parent := b.TempDir()
	command(b, parent, whim, "new", "shop")
	dir := filepath.Join(parent, "shop")
	command(b, dir, whim, "db", "upgrade")
	model := filepath.Join(dir, "models", "models.go")
	source, err := os.ReadFile(model)
	if err != nil {
		b.Fatal(err)
	}
	edit := func(b *testing.B) {
		source = append(source, "\nvar _ = 0\n"...)
		if err := os.WriteFile(model, source, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("unchanged", func(b *testing.B) {
		for b.Loop() {
			command(b, dir, whim, "db", "current")
		}
	})
	b.Run("unchanged/bare-go-build", func(b *testing.B) {
		bin := filepath.Join(b.TempDir(), "shop")
		for b.Loop() {
			command(b, dir, "go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", bin, ".")
		}
	})
	b.Run("edited", func(b *testing.B) {
		for b.Loop() {
			edit(b)
			command(b, dir, whim, "db", "current")
		}
	})
	b.Run("edited/bare-go-build", func(b *testing.B) {
		bin := filepath.Join(b.TempDir(), "shop")
		for b.Loop() {
			edit(b)
			command(b, dir, "go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", bin, ".")
		}
	})
}
