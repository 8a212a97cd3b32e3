//go:build !unix

package dbtest

import "errors"

// Servers are started on Unix alone. Elsewhere tests reach running ones.
var errNotHere = errors.New("servers are not started on this system: give the URL of one in " + Env + ", as in postgres=postgres://user@host/database")

type account struct{}

func unprivileged() (account, error) { return account{}, errNotHere }

func (account) own(string) error      { return errNotHere }
func (account) mayWrite(string) error { return errNotHere }

type supervised struct{ ended chan struct{} }

func supervise(account, string, launch) (*supervised, error) { return nil, errNotHere }

func (*supervised) stop()          {}
func (*supervised) output() string { return "" }
