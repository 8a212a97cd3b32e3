// Package migrations is the history of the database: one file for each
// revision. The files are compiled into the application.
package migrations

import "github.com/whimbreldb/whimbrel/op"

// History holds the revisions. Every file of this package adds its own;
// deleting a file deletes its revision.
//
// Tables that other programs keep in the same database can be left alone by
// name, with * for any characters:
//
//	var History = op.History{Ignore: []string{"spatial_ref_sys", "_litestream_*"}}
var History op.History
