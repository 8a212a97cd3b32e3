package sqlite_test

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/app"
	"github.com/whimbreldb/whimbrel/driver/sqlite"
)

// An app that is given the driver can open such URLs.
func Example() {
	a := app.New("shop", app.Config{Database: "sqlite:///shop.db"}, sqlite.Driver{})
	fmt.Println(a.Dialect())
	// Output: sqlite
}
