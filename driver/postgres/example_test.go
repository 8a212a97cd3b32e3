package postgres_test

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/app"
	_ "github.com/whimbreldb/whimbrel/driver/postgres"
)

// A program that imports the driver can open such URLs.
func Example() {
	a := app.New("shop", app.Config{Database: "postgres://shop@localhost:5432/shop"})
	fmt.Println(a.Dialect())
	// Output: postgres
}
