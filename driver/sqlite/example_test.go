package sqlite_test

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/app"
	_ "github.com/whimbreldb/whimbrel/driver/sqlite"
)

// A program that imports the driver can open such URLs.
func Example() {
	a := app.New("shop", app.Config{Database: "sqlite:///shop.db"})
	fmt.Println(a.Dialect())
	// Output: sqlite
}
