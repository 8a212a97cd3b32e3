package app

import (
	"github.com/whimbreldb/whimbrel/driver/mysql"
	"github.com/whimbreldb/whimbrel/driver/postgres"
	"github.com/whimbreldb/whimbrel/driver/sqlite"
)

// every driver, for apps of tests.
var every = []Driver{mysql.Driver{}, postgres.Driver{}, sqlite.Driver{}}
