// Command shop is a web app with a database.
package main

import (
	"embed"
	"fmt"
	"net/http"

	"github.com/whimbreldb/whimbrel/app"
	"github.com/whimbreldb/whimbrel/driver/sqlite"
	"github.com/whimbreldb/whimbrel/gormmodel"

	"shop/migrations"
	"shop/models"
)

const databaseURL = "sqlite:///shop.db" // DATABASE_URL overrides it

//go:embed templates
var embedded embed.FS

func main() { newApp().Main() } // serve | run | routes | db … | products …

// newApp puts the app together, for tests too.
func newApp() *app.App {
	a := app.New("shop", app.Config{Database: databaseURL}, sqlite.Driver{})
	db := gormmodel.Open(a) // *gorm.DB on the app's connection

	a.Models(gormmodel.Models(db, models.All()...))
	a.History(&migrations.History)
	a.Command(productsCommand(db))

	pages := a.Templates(a.Files(embedded), "templates/*.html")
	a.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "<h1>Hello, World!</h1>")
	})
	a.HandleFunc("GET /products", productsPage(db, pages))
	a.Handle("GET /healthz", a.Health())
	return a
}
