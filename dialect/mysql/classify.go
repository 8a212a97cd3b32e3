package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"reflect"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
)

// Classify says what kind of failure err is, by the server's error number. It
// finds the number in any driver's error that has it as a field, or that writes
// it as the client does: "Error 1205 (HY000): …".
func (Dialect) Classify(err error) dialect.Class { return classOf(err) }

// saidNo reports whether the server did not do it, be it that it cannot or that
// the user may not.
func saidNo(err error) bool {
	class := classOf(err)
	return class == dialect.Refused || class == dialect.Denied
}

func classOf(err error) dialect.Class {
	var (
		locked   *dialect.LockedError
		readOnly *ReadOnlyError
		failed   net.Error
	)
	switch {
	case err == nil:
		return dialect.OtherFailure
	case errors.As(err, &locked):
		return dialect.Busy
	case errors.As(err, &readOnly):
		return dialect.ReadOnly
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return dialect.Interrupted
	}
	if n := numberOf(err); n != 0 {
		return classOfNumber(n)
	}
	switch {
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		strings.Contains(err.Error(), "invalid connection"), strings.Contains(err.Error(), "bad connection"):
		return dialect.Lost
	case errors.As(err, &failed):
		return classOfNet(failed)
	}
	return dialect.OtherFailure
}

// classOfNet tells a connection that could not be made from one that broke.
func classOfNet(err error) dialect.Class {
	var (
		op  *net.OpError
		dns *net.DNSError
	)
	if errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial" {
		return dialect.Unreachable
	}
	return dialect.Lost
}

// numberOf returns the server's number of an error, 0 for none.
func numberOf(err error) int {
	if err == nil {
		return 0
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if joined, ok := e.(interface{ Unwrap() []error }); ok {
			for _, one := range joined.Unwrap() {
				if n := numberOf(one); n != 0 {
					return n
				}
			}
			return 0
		}
		if n := numberField(e); n != 0 {
			return n
		}
	}
	return numberInText(err.Error())
}

// numberField reads the field Number, as go-sql-driver has it, of an error that
// is a struct. It must have a Message as well: other errors count other things.
func numberField(err error) int {
	v := reflect.Indirect(reflect.ValueOf(err))
	if v.Kind() != reflect.Struct {
		return 0
	}
	n := v.FieldByName("Number")
	if !v.FieldByName("Message").IsValid() || !n.IsValid() {
		return 0
	}
	switch {
	case n.CanUint():
		return int(n.Uint()) //nolint:gosec // a number of five digits
	case n.CanInt():
		return int(n.Int())
	}
	return 0
}

// numberInText reads "Error 1205 (HY000): " and "ERROR 1205 (HY000): ".
func numberInText(text string) int {
	for _, word := range [...]string{"Error ", "ERROR "} {
		if _, rest, ok := strings.Cut(text, word); ok {
			digits, rest, _ := strings.Cut(rest, " ")
			n, err := strconv.Atoi(strings.TrimSuffix(digits, ":"))
			if err == nil && n >= 1000 && n < 100000 && (strings.HasSuffix(digits, ":") || strings.HasPrefix(rest, "(")) {
				return n
			}
		}
	}
	return 0
}

// classOfNumber knows the numbers of MySQL and MariaDB, which agree below 1900
// and nearly nowhere above 3000.
func classOfNumber(n int) dialect.Class {
	switch n {
	case 1205, 1213, 3572, 3058: // lock wait time-out, deadlock, NOWAIT, GET_LOCK deadlock
		return dialect.Busy
	case 1317, 1969, 3024, 1028: // interrupted; the time limits of MariaDB and MySQL; a sort that was killed
		return dialect.Interrupted
	case 1053, 1077, 1078, 1079, 1080, 1152, 1153, 1154, 1155, 1156, 1157, 1158, 1159, 1160, 1161, 1184, 1927, 2006, 2013, 2055, 3169, 4031:
		return dialect.Lost // shutting down, killed, packets that did not come
	case 1290, 1792, 1836, 3100, 3989, 4047: // options, transaction, server, member and innodb that are read-only
		return dialect.ReadOnly
	case 1044, 1142, 1143, 1227, 1370, 1410, 1419:
		return dialect.Denied // a database, table, column, right of the server, routine, account, trigger with a binary log
	case 1040, 1045, 1049, 1129, 1130, 1203, 1226, 1249, 1251, 1524, 1698, 2002, 2003, 2005, 2026, 3118, 3159, 3955, 4151:
		return dialect.Unreachable // too many connections, no such user, database or address, TLS refused
	case 1021, 1037, 1038, 1041, 1114, 1135, 1030, 3675:
		return dialect.OtherFailure // disk, memory or table full: nothing wrong with the statement
	}
	return dialect.Refused
}
