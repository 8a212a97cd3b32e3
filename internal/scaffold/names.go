package scaffold

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel"
)

const (
	letters  = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits   = "0123456789"
	maxName  = 64
	nameRule = "a name is one to 64 letters, digits, - and _, and starts with a letter"
)

// standard are the names that cannot be a module path, because Go would look
// for the module's packages in its own library, and the words it gives a
// meaning.
var standard = []string{
	"all", "archive", "bufio", "builtin", "bytes", "cmd", "cmp", "compress", "container", "context", "crypto", "database", "debug",
	"embed", "encoding", "errors", "expvar", "flag", "fmt", "go", "hash", "html", "image", "index", "internal", "io", "iter", "log",
	"main", "maps", "math", "mime", "net", "os", "path", "plugin", "reflect", "regexp", "runtime", "slices", "sort", "std", "strconv",
	"strings", "structs", "sync", "syscall", "testing", "text", "time", "tool", "unicode", "unique", "unsafe", "vendor", "weak", "work",
}

// devices are names that Windows gives to devices, in every folder.
var devices = []string{"con", "prn", "aux", "nul"}

func checkName(name string) error {
	ok := name != "" && len(name) <= maxName && strings.Trim(name, letters+digits+"-_") == "" && strings.ContainsAny(name[:1], letters)
	lower := strings.ToLower(name)
	if ok && !slices.Contains(devices, lower) && !reservedPort(lower) && !strings.HasSuffix(lower, "_test") {
		return nil
	}
	e := &whimbrel.Error{Code: whimbrel.BadAppName, Msg: fmt.Sprintf("%q cannot be the name of an app", name), Detail: []string{nameRule}}
	if ok {
		e.Detail[0] = "the systems or the go command give it another meaning"
	}
	if s := suggest(name); s != "" {
		e.Hint = []string{"for example: whim new " + s}
	}
	return e
}

// reservedPort recognises com1 to com9 and lpt1 to lpt9.
func reservedPort(s string) bool {
	return len(s) == 4 && (strings.HasPrefix(s, "com") || strings.HasPrefix(s, "lpt")) && s[3] >= '1' && s[3] <= '9'
}

// suggest makes a name that can be used from one that cannot, or "".
func suggest(name string) string {
	var b strings.Builder
	for _, r := range name {
		switch {
		case strings.ContainsRune(letters+digits, r):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	s := strings.TrimLeft(b.String(), digits+"-")
	s = strings.TrimRight(s[:min(len(s), maxName)], "-")
	if s == name || s != "" && checkName(s) != nil {
		return ""
	}
	return s
}

// checkModule refuses what the go command would refuse later, in its go.mod and
// where the packages of the app are imported.
func checkModule(p string) error {
	bad := p == "" || p[0] == '~'
	for part := range strings.SplitSeq(p, "/") {
		stem, _, _ := strings.Cut(strings.ToLower(part), ".")
		tilde := strings.LastIndexByte(stem, '~')
		bad = bad || part == "" || strings.Trim(part, letters+digits+"-_.~") != "" ||
			strings.HasPrefix(part, ".") || strings.HasPrefix(part, "-") || strings.HasSuffix(part, ".") ||
			slices.Contains(devices, stem) || reservedPort(stem) || part == "vendor" ||
			tilde >= 0 && tilde < len(stem)-1 && strings.Trim(stem[tilde+1:], digits) == "" // a short name of Windows
	}
	if !bad {
		return nil
	}
	return &whimbrel.Error{
		Code: whimbrel.BadModule, Msg: fmt.Sprintf("%q cannot be the path of a Go module", p),
		Detail: []string{"a path is names of letters, digits, -, _, . and ~, with / between them, and none that Windows or Go gives another meaning"},
		Hint:   []string{"for example: --module example.com/shop"},
	}
}
