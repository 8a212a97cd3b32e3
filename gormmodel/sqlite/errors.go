package sqlite

import (
	"errors"
	"fmt"

	"gorm.io/gorm"
)

// SQLite's extended result codes (sqlite3.h), for which GORM has an error.
const (
	constraintCheck      = 275
	constraintForeignKey = 787
	constraintPrimaryKey = 1555
	constraintUnique     = 2067
	constraintRowID      = 2579
)

// translate keeps the driver's error, which names table and column, behind
// GORM's.
func translate(err error) error {
	var coded interface{ Code() int }
	if !errors.As(err, &coded) {
		return err
	}
	switch coded.Code() {
	case constraintPrimaryKey, constraintUnique, constraintRowID:
		return fmt.Errorf("%w: %w", gorm.ErrDuplicatedKey, err)
	case constraintForeignKey:
		return fmt.Errorf("%w: %w", gorm.ErrForeignKeyViolated, err)
	case constraintCheck:
		return fmt.Errorf("%w: %w", gorm.ErrCheckConstraintViolated, err)
	}
	return err
}
