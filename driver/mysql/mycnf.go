package mysql

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/whimbreldb/whimbrel/internal/connect"
)

// A myCnf is what ~/.my.cnf says about how to reach a server.
type myCnf struct {
	user, host, port, socket string
	password                 connect.Secret
}

// readMyCnf reads the groups [client] and, after it, [client-mariadb] of
// ~/.my.cnf: who, where, and the password. Nothing else in it is used, and no
// other file that it names. As MySQL's own programs do, it ignores a file that
// everybody may write.
func readMyCnf() (myCnf, error) {
	var c myCnf
	home, err := os.UserHomeDir()
	if err != nil {
		return c, nil //nolint:nilerror // nobody's home: nobody's file
	}
	path := filepath.Join(home, ".my.cnf")
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o002 != 0 && runtime.GOOS != "windows" {
		return c, nil //nolint:nilerror // as if it were not there
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return c, connect.Bad("~/.my.cnf cannot be read: "+connect.Reason(err), "With a user, a password and a host in the URL, it is not looked at.")
	}
	c.parse(string(text))
	return c, nil
}

// parse reads the text of an option file.
func (c *myCnf) parse(text string) {
	ours := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' || line[0] == '!' {
			continue
		}
		if group, ok := strings.CutPrefix(line, "["); ok {
			group, _, _ = strings.Cut(group, "]")
			ours = group == "client" || group == "client-mariadb"
			continue
		}
		if !ours {
			continue
		}
		name, value, _ := strings.Cut(line, "=")
		value = optionValue(strings.TrimSpace(value))
		switch strings.TrimSpace(name) {
		case "user":
			c.user = value
		case "password":
			c.password = connect.NewSecret(value)
		case "host":
			c.host = value
		case "port":
			c.port = value
		case "socket":
			c.socket = value
		}
	}
}

// optionValue returns what a value in an option file stands for: between
// quotes, or up to a comment, with the escapes that MySQL knows.
func optionValue(s string) string {
	if s != "" && (s[0] == '\'' || s[0] == '"') {
		if end := strings.LastIndexByte(s[1:], s[0]); end >= 0 {
			s = s[1 : 1+end]
		}
	} else if i := strings.Index(s, "#"); i >= 0 {
		s = strings.TrimSpace(s[:i])
	}
	return strings.NewReplacer(`\b`, "\b", `\t`, "\t", `\n`, "\n", `\r`, "\r", `\\`, `\`, `\s`, " ", `\"`, `"`, `\'`, "'").Replace(s)
}
