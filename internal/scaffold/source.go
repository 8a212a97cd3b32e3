package scaffold

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel"
)

const module = "github.com/whimbreldb/whimbrel"

// FindSource says where an app that is made by this program gets Whimbrel
// from. The file is a source file of the program, in the folder cmd/whim, as
// runtime.Caller returns it: where that lies in a checkout, which has no @ in
// its path as the module cache has, it is the checkout.
func FindSource(file string) (Source, error) {
	root := filepath.Dir(filepath.Dir(filepath.Dir(filepath.FromSlash(file))))
	if filepath.IsAbs(root) && !strings.Contains(root, "@v") && isCheckout(root) {
		return Source{Checkout: root}, nil
	}
	info, ok := debug.ReadBuildInfo()
	if ok && info.Main.Path == module && strings.HasPrefix(info.Main.Version, "v") {
		return Source{Version: info.Main.Version}, nil
	}
	return Source{}, &whimbrel.Error{
		Code: whimbrel.NoSource, Msg: "this whim was made neither from a release nor from a checkout that is still there",
		Detail: []string{"so a new app would not know where to get Whimbrel from"},
		Hint:   []string{"to install a release: go install " + module + "/cmd/whim@latest"},
	}
}

func isCheckout(root string) bool {
	b, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil || !strings.HasPrefix(string(b), "module "+module+"\n") {
		return false
	}
	_, err = os.Stat(filepath.Join(root, "gormmodel", "go.mod"))
	return err == nil
}

// require returns the version that go.mod requires. With a checkout, it is
// replaced, and says nothing.
func (s Source) require() string {
	if s.Checkout != "" {
		return "v0.0.0"
	}
	return s.Version
}

// replace returns the lines that point go.mod to the checkout.
func (s Source) replace(orm string) string {
	if s.Checkout == "" {
		return ""
	}
	line := func(mod, dir string) string { return "\nreplace " + mod + " => " + quotePath(dir) + "\n" }
	lines := line(module, s.Checkout)
	if adapter := map[string]string{"gorm": "gormmodel", "bun": "bunmodel"}[orm]; adapter != "" {
		lines += line(module+"/"+adapter, join(s.Checkout, adapter))
	}
	return lines
}

// join keeps a relative path that starts with dots as it is, as go.mod needs.
func join(dir, name string) string { return filepath.ToSlash(dir) + "/" + name }

// quotePath writes a path for go.mod, where some characters have a meaning.
func quotePath(p string) string {
	p = filepath.ToSlash(p)
	if strings.Trim(p, letters+digits+"/._-+~:") == "" && !strings.Contains(p, "//") {
		return p
	}
	return strconv.Quote(p)
}
