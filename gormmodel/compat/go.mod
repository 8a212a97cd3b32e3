// The models of gormmodel against GORM's own SQLite driver, whose versions must
// not become a requirement of gormmodel. Tests only.
module github.com/whimbreldb/whimbrel/gormmodel/compat

go 1.25.0

require (
	github.com/google/go-cmp v0.7.0
	github.com/whimbreldb/whimbrel v0.0.0
	github.com/whimbreldb/whimbrel/gormmodel v0.0.0
	gorm.io/driver/sqlite v1.6.0
	gorm.io/gorm v1.31.2
)

replace (
	github.com/whimbreldb/whimbrel => ../..
	github.com/whimbreldb/whimbrel/gormmodel => ..
)
