// Package migrations is the history of an application that has the portable
// awkward models on every dialect. Its one revision is written by the tests of
// package compat (go test -run TestOneHistory -update), and compiled with them.
package migrations

import "github.com/whimbreldb/whimbrel/op"

// History holds the revision.
var History op.History
