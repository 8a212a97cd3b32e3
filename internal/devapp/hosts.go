package devapp

import (
	"net"
	"net/http"
	"os"
	"strings"
)

// Hosts are the names under which the dev server answers. A web page elsewhere
// can make its own name lead to this machine (DNS rebinding) and would read
// source code and data as if they were its own; its requests say that name in
// Host, and get nothing.
//
// Addresses are allowed, since no name leads to them, and so are localhost,
// names below it, and the name of this machine. The port is not looked at: a
// forwarded port is another one.
type Hosts map[string]bool

// NewHosts returns the allowed names, with more of them in a list with commas.
func NewHosts(more string) Hosts {
	h := Hosts{"localhost": true}
	if name, err := os.Hostname(); err == nil {
		h[strings.ToLower(name)] = true
	}
	for name := range strings.SplitSeq(more, ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
			h[name] = true
		}
	}
	return h
}

// Allows reports whether a request may be answered. A name that begins with a
// dot in the list stands for all names below it.
func (h Hosts) Allows(host string) bool {
	name := host
	if n, _, err := net.SplitHostPort(host); err == nil {
		name = n
	}
	name = strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(name, "["), "]"), "."))
	if net.ParseIP(name) != nil || h[name] {
		return true
	}
	for i := strings.IndexByte(name, '.'); i >= 0; {
		if name[i:] == ".localhost" || h[name[i:]] {
			return true
		}
		next := strings.IndexByte(name[i+1:], '.')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return false
}

// Guard answers only requests for allowed names.
func (h Hosts) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !h.Allows(r.Host) {
			name, _, err := net.SplitHostPort(r.Host)
			if err != nil {
				name = r.Host
			}
			http.Error(w, "This development server does not answer for the host "+printable(name)+
				".\nIf that name is yours: whim run --debug --allow-host "+printable(name), http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// printable keeps what a name can hold.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f && !strings.ContainsRune(`'"<>&;$|`+"`", r) {
			return r
		}
		return -1
	}, s)
	return s[:min(len(s), 100)]
}

// Exposed returns a warning when more than this machine reaches an address.
func Exposed(addr net.Addr) string {
	host, _, err := net.SplitHostPort(addr.String())
	if ip := net.ParseIP(host); err != nil || ip == nil || ip.IsLoopback() {
		return ""
	}
	return "WARNING: Everybody who reaches " + addr.String() + " sees the source code and the data of errors."
}
