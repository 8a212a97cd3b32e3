package app

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// TestShellIsNotLinked: nothing of the shell, nor a type checker, is in a
// program that was not built as one.
func TestShellIsNotLinked(t *testing.T) {
	for pkg := range linked(t) {
		if strings.HasPrefix(pkg, "shell/") || strings.HasPrefix(pkg, "shell") {
			t.Errorf("%s is linked into every app", pkg)
		}
	}
	if !linked(t, "whim_shell")["shell/edit/"] {
		t.Error("the tag does not link the shell: this test looks for the wrong thing")
	}
}

// TestProvide: each database says what it is called in the shell.
func TestProvide(t *testing.T) {
	t.Chdir(t.TempDir())
	a := newApp(t, "sqlite:///shop.db")
	stats := a.Bind("stats", Config{Database: "sqlite:///stats.db"})
	a.Provide("db", 1)
	stats.Provide("db", 2)
	if a.provided["db"] != 1 || a.provided["db_stats"] != 2 {
		t.Errorf("%v", a.provided)
	}
}

// TestShellNeedsSource: in a folder without the app, the shell says what it
// needs.
func TestShellNeedsSource(t *testing.T) {
	t.Chdir(t.TempDir())
	a := newApp(t, "sqlite:///shop.db")
	var out, errs bytes.Buffer
	if code := a.Run(context.Background(), []string{"shell"}, strings.NewReader(""), &out, &errs); code != 1 || !strings.Contains(errs.String(), "run it in the app's folder") {
		t.Errorf("exit %d\n%s%s", code, out.String(), errs.String())
	}
}
