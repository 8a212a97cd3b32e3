package dialect_test

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// What a server can do is asked by feature, never by name.
func ExampleFlavor_Can() {
	for _, f := range []dialect.Flavor{
		{Dialect: schema.Postgres, Version: dialect.ParseVersion("14.2")},
		{Dialect: schema.Postgres, Version: dialect.ParseVersion("15.0")},
		{Dialect: schema.MySQL, Version: dialect.ParseVersion("8.0.36")},
	} {
		fmt.Println(f.Dialect, f.Version, f.Can(dialect.NullsNotDistinct), f.Can(dialect.TransactionalDDL))
	}
	// Output:
	// postgres 14.2.0 false true
	// postgres 15.0.0 true true
	// mysql 8.0.36 false false
}
