package dialect

import "fmt"

// A TooOldError says that a server is older than what works here.
type TooOldError struct {
	Server string // what it says that it is: "PostgreSQL 12.4"
	Oldest string // that works: "13"
}

func (e *TooOldError) Error() string {
	return fmt.Sprintf("this is %s: %s is the oldest that works", e.Server, e.Oldest)
}
