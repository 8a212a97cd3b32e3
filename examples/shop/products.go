package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"gorm.io/gorm"

	"shop/models"
)

// productsCommand is a command of the app's own: "shop products …".
func productsCommand(db *gorm.DB) *cobra.Command {
	products := &cobra.Command{Use: "products", Short: "Add and show products"}
	products.AddCommand(
		&cobra.Command{
			Use:   "add NAME…",
			Short: "Add products",
			Args:  cobra.MinimumNArgs(1),
			RunE: func(cmd *cobra.Command, names []string) error {
				var products []*models.Product
				for _, name := range names {
					products = append(products, &models.Product{Name: name})
				}
				return db.WithContext(cmd.Context()).Create(products).Error
			},
		},
		&cobra.Command{
			Use:   "list",
			Short: "Print each product",
			Args:  cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				var products []models.Product
				if err := db.WithContext(cmd.Context()).Find(&products).Error; err != nil {
					return noTable(err)
				}
				for _, p := range products {
					fmt.Fprintln(cmd.OutOrStdout(), p.Name, p.ID)
				}
				return nil
			},
		},
		&cobra.Command{
			Use:   "all",
			Short: "Print the products as one value",
			Args:  cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				var products []models.Product
				if err := db.WithContext(cmd.Context()).Find(&products).Error; err != nil {
					return noTable(err)
				}
				fmt.Fprintln(cmd.OutOrStdout(), products)
				return nil
			},
		},
	)
	return products
}

// noTable says what to do where the database was not upgraded yet.
func noTable(err error) error {
	if strings.Contains(err.Error(), "no such table") {
		return fmt.Errorf("%w; to make the tables: db upgrade", err)
	}
	return err
}
