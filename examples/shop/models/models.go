// Package models says what is in the database: a struct for each table.
package models

import "fmt"

// A Product is a row of the table products.
type Product struct {
	ID   uint   `gorm:"primaryKey"`
	Name string `gorm:"size:50"`
}

func (p Product) String() string { return fmt.Sprintf("<Product %s>", p.Name) }

// All returns a value of each model. A model that is not listed here is not in
// the database.
func All() []any { return []any{&Product{}} }
