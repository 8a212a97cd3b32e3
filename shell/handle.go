package shell

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
)

// handle is the text of what leads to a database. What is in it is the business
// of its package alone: it changes while others use it, fills screens, and has
// the password of the database.
func handle(v reflect.Value) (text string, ok bool) {
	if !v.CanInterface() {
		return "", false
	}
	switch x := v.Interface().(type) {
	case *sql.DB, *sql.Conn, *sql.Tx, *sql.Stmt, *sql.Rows, *sql.Row, driver.Connector, driver.Conn:
		if v.Kind() == reflect.Pointer {
			return fmt.Sprintf("&%v{…}", v.Type().Elem()), true
		}
		return fmt.Sprintf("%v{…}", v.Type()), true
	case sql.Result:
		return resultText(x)
	}
	return "", false
}

// resultText says what a driver knows: some have no last id.
func resultText(r sql.Result) (text string, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	if n, err := r.RowsAffected(); err == nil {
		text = fmt.Sprintf("RowsAffected: %d", n)
	}
	if id, err := r.LastInsertId(); err == nil {
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("LastInsertId: %d", id)
	}
	return "sql.Result{" + text + "}", true
}

// rowFailure is the error that a query of one row ended with, which it keeps for
// Scan.
func rowFailure(v reflect.Value) error {
	if v.Kind() != reflect.Pointer || v.IsNil() || !v.CanInterface() {
		return nil
	}
	if row, ok := v.Interface().(*sql.Row); ok {
		return row.Err()
	}
	return nil
}
