package socket

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"strconv"

	"github.com/spf13/pflag"

	"github.com/whimbreldb/whimbrel"
)

// The variables of the environment that stand for --host and --port.
const (
	hostVariable = "WHIM_HOST"
	portVariable = "WHIM_PORT"
)

// localhost is where a server listens that was not told: the network reaches none
// by chance.
const localhost = "127.0.0.1"

// An Address is where a server listens, and how it proves who it is.
type Address struct {
	Host      string // "" is 127.0.0.1
	Port      int    // 0 takes a free one
	Cert, Key string // files; "" is no TLS
}

// Flags adds the flags of an address to those of a command.
func (a *Address) Flags(f *pflag.FlagSet) {
	f.StringVar(&a.Host, "host", localhost, "the address to listen on, instead of "+hostVariable)
	f.IntVarP(&a.Port, "port", "p", 5000, "the port to listen on, instead of "+portVariable+"; 0 takes a free one")
	f.StringVar(&a.Cert, "cert", "", "the file of a TLS certificate, to serve https")
	f.StringVar(&a.Key, "key", "", "the file of its key")
}

// Complete takes from the environment what no flag says. A host that is empty is
// this machine, and not every address that it has, as package net takes it.
func (a *Address) Complete(f *pflag.FlagSet, getenv func(string) string) error {
	if host := getenv(hostVariable); host != "" && !f.Changed("host") {
		a.Host = host
	}
	a.Host = cmp.Or(a.Host, localhost)
	if text := getenv(portVariable); text != "" && !f.Changed("port") {
		port, err := strconv.Atoi(text)
		if err != nil || port < 0 || port > 65535 {
			return &whimbrel.Error{
				Code: whimbrel.BadConfig, Msg: fmt.Sprintf("%s=%s is no port", portVariable, text),
				Hint: []string{"a port is a number from 1 to 65535; 0 takes a free one"},
			}
		}
		a.Port = port
	}
	return nil
}

// Scheme returns the scheme of the server's URL.
func (a *Address) Scheme() string {
	if a.Cert != "" {
		return "https"
	}
	return "http"
}

// Listen says what is wrong with the certificate, and opens the socket.
func (a *Address) Listen(ctx context.Context) (*net.TCPListener, error) {
	if err := CheckCertificate(a.Cert, a.Key); err != nil {
		return nil, err
	}
	return Listen(ctx, cmp.Or(a.Host, localhost), a.Port)
}
