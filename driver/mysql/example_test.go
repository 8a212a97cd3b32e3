package mysql_test

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/app"
	"github.com/whimbreldb/whimbrel/driver/mysql"
)

// An app that is given the driver can open such URLs.
func Example() {
	a := app.New("shop", app.Config{Database: "mariadb://shop@localhost:3306/shop"}, mysql.Driver{})
	fmt.Println(a.Dialect())
	// Output: mariadb
}
