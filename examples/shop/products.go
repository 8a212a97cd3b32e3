package main

import (
	"fmt"
	"log"
	"net/http"
	"strings"

	"github.com/spf13/cobra"
	"github.com/whimbreldb/whimbrel/app"
	"gorm.io/gorm"

	"shop/models"
)

// productsPage lists the products.
func productsPage(db *gorm.DB, pages *app.Templates) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var products []models.Product
		err := db.WithContext(r.Context()).Order("id").Find(&products).Error
		if err == nil {
			err = pages.ExecuteTemplate(w, "products.html", products)
		}
		if err != nil {
			log.Print(noTable(err))
			http.Error(w, "the products cannot be shown", http.StatusInternalServerError)
		}
	}
}

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
				return noTable(db.WithContext(cmd.Context()).Create(products).Error)
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
	if err != nil && strings.Contains(err.Error(), "no such table") {
		return fmt.Errorf("%w; to make the tables: db upgrade", err)
	}
	return err
}
