package sqlite_test

import (
	"database/sql"
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite"

	"github.com/whimbreldb/whimbrel/gormmodel/sqlite"
)

// GORM on a driver without C.
func ExampleOpen() {
	pool, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()
	pool.SetMaxOpenConns(1) // each connection would have a memory of its own

	type Product struct {
		ID   uint
		Name string `gorm:"size:50"`
	}
	db, err := gorm.Open(sqlite.Open(pool), &gorm.Config{TranslateError: true, Logger: logger.Discard})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := db.AutoMigrate(&Product{}); err != nil {
		fmt.Println(err)
		return
	}
	db.Create(&Product{ID: 1, Name: "Apple"})
	err = db.Create(&Product{ID: 1, Name: "Orange"}).Error
	fmt.Println(errors.Is(err, gorm.ErrDuplicatedKey))

	var products []Product
	db.Find(&products)
	fmt.Println(products)
	// Output:
	// true
	// [{1 Apple}]
}
