package apptest

import "testing"

func TestBeside(t *testing.T) {
	for url, want := range map[string][2]string{
		"postgres://me:p%40w@h:5433/shop?sslmode=disable": {"shop_test", "postgres://me:p%40w@h:5433/shop_test?sslmode=disable"},
		"postgres://me@h/?dbname=shop&sslmode=disable":    {"_test", "postgres://me@h/_test?sslmode=disable"},
		"postgres://me@h/one?%64atabase=two":              {"one_test", "postgres://me@h/one_test"},
		"postgres://me@%2Fvar%2Frun/shop":                 {"shop_test", "postgres://me@%2Fvar%2Frun/shop_test"},
		"postgres:///?host=/run&user=me":                  {"_test", "postgres:///_test?host=/run&user=me"},
		"postgres://me@h":                                 {"_test", "postgres://me@h/_test"},
		"mysql://me@unix(/run/s)/my%20shop":               {"my shop_test", "mysql://me@unix(/run/s)/my%20shop_test"},
		"mysql://me@tcp(h:3306)/shop?tls=false":           {"shop_test", "mysql://me@tcp(h:3306)/shop_test?tls=false"},
		"mariadb://me@h/shop":                             {"shop_test", "mariadb://me@h/shop_test"},
	} {
		if name, own := beside(url, "_test"); name != want[0] || own != want[1] {
			t.Errorf("%s: %q, %s", url, name, own)
		}
	}
}
