// Package testbind lets app/apptest give every database of an app a place of the
// test's own, before the app looks where it is.
package testbind

import "github.com/whimbreldb/whimbrel/internal/connect"

// Before, unless it is nil, is called for each database as it is added to an
// app, with the variable that says where it is, what the code says, and the
// drivers of the app. It is set by tests alone, while no other test makes an app.
var Before func(variable, configured string, drivers []connect.Driver)
