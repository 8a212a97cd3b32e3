package scaffold

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/near"
)

// ORMs and Databases are what an app can be made for. The first is the default.
var (
	ORMs      = []string{"gorm", "bun", "none"}
	Databases = []string{"sqlite", "postgres", "mysql"}
)

// choose returns the choice, or the default one for "".
func choose(option, given string, of []string) (string, error) {
	switch {
	case given == "":
		return of[0], nil
	case slices.Contains(of, given):
		return given, nil
	}
	e := &whimbrel.Error{
		Code: whimbrel.BadChoice, Msg: fmt.Sprintf("no app can be made with --%s %q", option, given),
		Detail: []string{"--" + option + " is one of " + strings.Join(of, ", ")},
	}
	if given == "mariadb" {
		given = "mysql" // one driver is for both
	}
	for _, o := range of {
		if near.Distance(strings.ToLower(given), o, 2) <= 2 || strings.HasPrefix(strings.ToLower(given), o) {
			e.Hint = []string{"did you mean: --" + option + " " + o}
			break
		}
	}
	return "", e
}

// A database is how the files of an app spell theirs.
type database struct {
	url, testURL, arg, noTable, where, services string
	imports, dialect                            map[string]string // by ORM
}

// of returns how an app of a name spells its database.
func of(name, app string) database {
	// A name that has a - in it would need quotes in SQL.
	schemaName := strings.ReplaceAll(app, "-", "_")
	switch name {
	case "postgres":
		return database{
			url: "postgres://localhost:5432/" + schemaName, arg: "$1", noTable: "does not exist",
			testURL: ", beside the one of the URL",
			where: "The database is on a PostgreSQL server, `postgres://localhost:5432/" + schemaName + "` unless `DATABASE_URL` says\n" +
				"otherwise. It is yours to make: `createdb " + schemaName + "`. `whim db current -v` says which one it is.\n" +
				"The tests make one for each test on the same server, or on that of `TEST_DATABASE_URL`.",
			services: service("postgres:18", "POSTGRES_PASSWORD: test\n          POSTGRES_DB: ci", "5432:5432", "pg_isready", "postgres://postgres:test@localhost:5432/ci?sslmode=disable"),
			imports: map[string]string{
				"gorm": "\n\tgormpostgres \"gorm.io/driver/postgres\"\n\t\"gorm.io/gorm\"\n",
				"bun":  "\n\t\"github.com/uptrace/bun/dialect/pgdialect\"\n",
			},
			dialect: map[string]string{
				"gorm": ", &gorm.Config{Dialector: gormpostgres.New(gormpostgres.Config{Conn: a.DB()})}",
				"bun":  ", pgdialect.New()",
			},
		}
	case "mysql":
		return database{
			url: "mysql://root@localhost:3306/" + schemaName, arg: "?", noTable: "doesn't exist",
			testURL: ", beside the one of the URL",
			where: "The database is on a MySQL or MariaDB server, `mysql://root@localhost:3306/" + schemaName + "` unless\n" +
				"`DATABASE_URL` says otherwise. It is yours to make: `CREATE DATABASE " + schemaName + " CHARACTER SET utf8mb4`.\n" +
				"`whim db current -v` says which one it is. The tests make one for each test on the\n" +
				"same server, or on that of `TEST_DATABASE_URL`.",
			services: service("mysql:8.4", "MYSQL_ROOT_PASSWORD: test\n          MYSQL_DATABASE: ci", "3306:3306", "mysqladmin ping -ptest", "mysql://root:test@localhost:3306/ci"),
			imports: map[string]string{
				"gorm": "\n\tgormmysql \"gorm.io/driver/mysql\"\n\t\"gorm.io/gorm\"\n",
				"bun":  "\n\t\"github.com/uptrace/bun/dialect/mysqldialect\"\n",
			},
			dialect: map[string]string{
				"gorm": ", &gorm.Config{Dialector: gormmysql.New(gormmysql.Config{Conn: a.DB(), SkipInitializeWithVersion: true})}",
				"bun":  ", mysqldialect.New()",
			},
		}
	}
	return database{
		url: "sqlite:///" + app + ".db", arg: "?", noTable: "no such table",
		testURL: ": on SQLite in a folder of their own",
		where: "The database is `instance/" + app + ".db`, below the folder in which the program is\n" +
			"started. `WHIM_INSTANCE` names another folder, `DATABASE_URL` another database;\n" +
			"`whim db current -v` says which one it is.",
		services: "\n    env:\n      DATABASE_URL: sqlite:///ci.db",
	}
}

// service is the part of a CI job that starts a server.
func service(image, secret, port, ready, url string) string {
	return `
    services:
      database:
        image: ` + image + `
        env:
          ` + secret + `
        ports: ["` + port + `"]
        options: --health-cmd "` + ready + `" --health-interval 5s --health-retries 12
    env:
      DATABASE_URL: ` + url + `
      TEST_DATABASE_URL: ` + url
}
