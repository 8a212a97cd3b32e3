package mysql_test

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/app"
	_ "github.com/whimbreldb/whimbrel/driver/mysql"
)

// A program that imports the driver can open such URLs.
func Example() {
	a := app.New("shop", app.Config{Database: "mariadb://shop@localhost:3306/shop"})
	fmt.Println(a.Dialect())
	// Output: mariadb
}
