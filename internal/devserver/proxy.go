package devserver

import (
	"context"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/whimbreldb/whimbrel"
)

// checkProxy says that a text is no address of an app that listens by itself.
func checkProxy(proxy string) error {
	host, port, err := net.SplitHostPort(proxy)
	if n, perr := strconv.Atoi(port); proxy == "" || err == nil && perr == nil && n > 0 && n <= 65535 && !strings.ContainsAny(host, "/ ") {
		return nil
	}
	example := "127.0.0.1:8080"
	if n, err := strconv.Atoi(proxy); err == nil && n > 0 && n <= 65535 {
		example = "127.0.0.1:" + proxy
	} else if u, err := url.Parse(proxy); err == nil && u.Port() != "" && u.Hostname() != "" {
		example = u.Host
	}
	return &whimbrel.Error{
		Code: whimbrel.BadUsage, Msg: "--proxy " + strconv.Quote(proxy) + " is no address",
		Detail: []string{"it is the host and the port on which the app listens"},
		Hint:   []string{"for example: --proxy " + example},
	}
}

// notServed says that somebody answers already where the app shall listen.
func notServed(ctx context.Context, proxy string, own net.Addr) error {
	if dial(ctx, proxy) != nil {
		return nil
	}
	e := &whimbrel.Error{
		Code: whimbrel.CannotListen, Msg: "somebody serves on " + proxy + " already",
		Detail: []string{"--proxy names where the app itself will listen"},
		Hint:   []string{"stop the other process first"},
	}
	at, ok := own.(*net.TCPAddr)
	if host, port, _ := net.SplitHostPort(proxy); ok && port == strconv.Itoa(at.Port) && sameHost(host, at.IP) {
		e.Msg = proxy + " is where whim itself listens"
		e.Hint = []string{"to have whim listen elsewhere: --port " + strconv.Itoa(at.Port%65535+1)}
	}
	return e
}

// sameHost reports whether a host is an address, as far as that needs no look-up.
func sameHost(host string, ip net.IP) bool {
	other := net.ParseIP(host)
	return ip.IsUnspecified() || other.Equal(ip) || (host == "" || host == "localhost") && ip.IsLoopback()
}

// dial reports whether somebody answers at an address.
func dial(ctx context.Context, addr string) error {
	d := net.Dialer{Timeout: time.Second}
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return c.Close()
}
