package app

import (
	_ "github.com/whimbreldb/whimbrel/driver/mysql"
	_ "github.com/whimbreldb/whimbrel/driver/postgres"
	_ "github.com/whimbreldb/whimbrel/driver/sqlite"
)
