// Command shop is a web app with a database.
package main

import (
	"fmt"
	"net/http"

	"github.com/whimbreldb/whimbrel/app"
	"github.com/whimbreldb/whimbrel/gormmodel"

	"shop/migrations"
	"shop/models"
)

func main() {
	a := app.New("shop", app.Config{Database: "sqlite:///shop.db"}) // DATABASE_URL overrides
	db := gormmodel.Open(a)                                         // *gorm.DB on the app's connection

	a.Models(gormmodel.Models(db, models.All()...))
	a.History(&migrations.History)
	a.Command(productsCommand(db))

	a.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "<h1>Hello, World!</h1>")
	})

	a.Main() // serve | run | routes | db … | products …
}
