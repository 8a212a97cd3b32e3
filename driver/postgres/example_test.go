package postgres_test

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/app"
	"github.com/whimbreldb/whimbrel/driver/postgres"
)

// An app that is given the driver can open such URLs.
func Example() {
	a := app.New("shop", app.Config{Database: "postgres://shop@localhost:5432/shop"}, postgres.Driver{})
	fmt.Println(a.Dialect())
	// Output: postgres
}
