package socket

import (
	"testing"

	"github.com/spf13/pflag"

	"github.com/whimbreldb/whimbrel"
)

// TestAddress: the command line comes before the environment, and that before
// what is so by itself.
func TestAddress(t *testing.T) {
	for _, c := range []struct {
		args []string
		env  map[string]string
		host string
		port int
	}{
		{nil, nil, "127.0.0.1", 5000},
		{nil, map[string]string{"WHIM_HOST": "0.0.0.0", "WHIM_PORT": "8080"}, "0.0.0.0", 8080},
		{[]string{"--host", ""}, nil, "127.0.0.1", 5000},
		{[]string{"--port", "5000"}, map[string]string{"WHIM_HOST": "::1", "WHIM_PORT": "8080"}, "::1", 5000},
		{[]string{"--host", "127.0.0.1", "-p", "0"}, map[string]string{"WHIM_HOST": "::1", "WHIM_PORT": "x"}, "127.0.0.1", 0},
	} {
		var a Address
		f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
		a.Flags(f)
		if err := f.Parse(c.args); err != nil {
			t.Fatal(err)
		}
		if err := a.Complete(f, func(name string) string { return c.env[name] }); err != nil || a.Host != c.host || a.Port != c.port {
			t.Errorf("%q %v: %s:%d, %v", c.args, c.env, a.Host, a.Port, err)
		}
	}
	var a Address
	f := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	a.Flags(f)
	if err := a.Complete(f, func(string) string { return "http" }); whimbrel.CodeOf(err) != whimbrel.BadConfig {
		t.Errorf("a port that is no number: %v", err)
	}
}
