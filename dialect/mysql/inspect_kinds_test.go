package mysql

import (
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
)

const (
	mysqlOnly   = schema.MySQL
	mariadbOnly = schema.MariaDB
)

// kinds makes one thing of each kind that these servers have. What the
// inspector reads of each is in testdata/inspect_*.golden.
var kinds = []struct {
	only schema.Dialect // empty: both
	sql  string
}{
	{"", "CREATE TABLE parent (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, b varchar(20) UNIQUE, c int, d int, UNIQUE KEY cd (c, d))" +
		` COMMENT 'it''s \\ a "parent"' AUTO_INCREMENT=100`},
	{"", "CREATE TABLE numbers (a int DEFAULT 5, b int NOT NULL DEFAULT 0, c tinyint(1) DEFAULT 1, d int(5) unsigned zerofill, e year DEFAULT 2020," +
		" f decimal(10,2) DEFAULT 1.5, g float DEFAULT 1e3, h double DEFAULT -0.25, i float(7,3), j bit(8) DEFAULT b'101', k bit(1) DEFAULT 1," +
		" l bigint unsigned DEFAULT 18446744073709551615, m decimal(5) unsigned, n mediumint, o smallint unsigned)"},
	{"", `CREATE TABLE texts (a varchar(50) DEFAULT 'it''s "q" \\ b', b varchar(50) NOT NULL DEFAULT '', c varchar(20) DEFAULT NULL,` +
		" d varchar(20) CHARACTER SET latin1 DEFAULT 'é', e varchar(20) COLLATE utf8mb4_bin DEFAULT 'null', f varchar(30) DEFAULT 'CURRENT_TIMESTAMP'," +
		" g char(3) DEFAULT 'ab ', h text, i longtext NOT NULL, j enum('a','b''c','d,e','?') NOT NULL DEFAULT 'a', k set('x','y') DEFAULT 'x,y'," +
		" l varchar(20) DEFAULT 'really?', m varchar(9) COMMENT 'why? \\ it''s') COMMENT 'who?'"},
	{"", "CREATE TABLE lost (a varchar(600) NOT NULL DEFAULT 'é😀中?', b char(9) DEFAULT '😀', c enum('?','😀','é?','o''😀','b\\\\') NOT NULL DEFAULT '😀'," +
		" d set('x','?😀','?') DEFAULT '?,?😀', e enum('?','é?') NOT NULL, f set('?','r') NOT NULL," +
		" g char(9) CHARACTER SET latin1 DEFAULT 'é?', h varbinary(600) NOT NULL DEFAULT x'00ff', i binary(3) NOT NULL DEFAULT x'ff00')"},
	{"", "CREATE TABLE plane (a varchar(20) DEFAULT 'é😀中', `spältə` varchar(20) DEFAULT 'Ã¤')"},
	{"", "CREATE TABLE bytes (a varbinary(16) DEFAULT x'00ff', b binary(4) DEFAULT 'ab', c varbinary(3) DEFAULT x'c3', d binary(3) DEFAULT ''," +
		" e blob, f longblob, g varbinary(9) NOT NULL, h varbinary(9) DEFAULT 'why?')"},
	{"", "CREATE TABLE times (a timestamp NULL DEFAULT CURRENT_TIMESTAMP, b timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)," +
		" c datetime DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, d datetime(6) DEFAULT '2020-01-01 00:00:00', e date DEFAULT '2020-01-01'," +
		" f time(2) DEFAULT '10:00:00', g timestamp NULL)"},
	{"", "CREATE TABLE documents (id int, a json, b json NOT NULL)"},
	{mariadbOnly, "CREATE TABLE not_documents (a longtext CHECK (json_valid(a)), b longtext COLLATE utf8mb4_bin CHECK (json_valid(b))," +
		" c longtext COLLATE utf8mb4_bin, CONSTRAINT c CHECK (json_valid(c)), d int COMMENT 'x' CHECK (d > 0))"},
	{"", `CREATE TABLE expressions (a varchar(36) DEFAULT (uuid()), b int DEFAULT (1 + 2), c varchar(50) DEFAULT (concat('a''b', '\\')), d date DEFAULT (curdate() + interval 1 day))`},
	{mysqlOnly, "CREATE TABLE large_defaults (a text DEFAULT ('abc'), b json DEFAULT ('{}'), c blob DEFAULT ('x'), d varchar(9) DEFAULT (concat('😀')))"},
	{mariadbOnly, "CREATE TABLE large_defaults (a longtext DEFAULT 'abc', b json DEFAULT '{}', c blob DEFAULT 'x')"},
	{"", `CREATE TABLE computed (a int, s varchar(20), j json, b int GENERATED ALWAYS AS (a + 1) VIRTUAL, c varchar(60) AS (concat(s, 'x''y\\z')) STORED COMMENT 'com''ment',` +
		" d int AS (json_extract(j, '$.a')), e varchar(9) AS (concat(s, 'é?中')) INVISIBLE)"},
	{mysqlOnly, "CREATE TABLE generated_not_null (a int NOT NULL, b int AS (a) NOT NULL)"},
	{"", "CREATE TABLE invisible (a int, b int INVISIBLE, c int INVISIBLE NOT NULL DEFAULT 1)"},
	{"", `CREATE TABLE checked (a int, s varchar(20), CONSTRAINT one CHECK (a > 0 AND s <> 'it''s \\'), CHECK (a IN (1, 2)), CONSTRAINT three CHECK (s LIKE '%\\_%' OR s REGEXP '^a'),` +
		` CONSTRAINT four CHECK (s <> 'ä\n?'))`},
	{mysqlOnly, "CREATE TABLE not_enforced (a int, CONSTRAINT ne CHECK (a > 0) NOT ENFORCED, CONSTRAINT strings CHECK (a <> _latin1'é' AND a <> x'41' AND a <> n'ü' AND a <> '😀'))"},
	{"", "CREATE TABLE indexed (a int, b int NOT NULL, s varchar(50), x text, PRIMARY KEY (b, s(10)), UNIQUE KEY uk (a, s DESC), UNIQUE (a)," +
		" KEY pre (x(10)), KEY k2 (a DESC, s(5)), KEY h (a) USING BTREE COMMENT 'ix''c', FULLTEXT KEY ft (x))"},
	{"", "CREATE TABLE spatial_ (p point NOT NULL, SPATIAL KEY sp (p))"},
	{mysqlOnly, `CREATE TABLE functional (id int PRIMARY KEY, n int, s varchar(9), j json, KEY fx ((n + 1) DESC, s), KEY fs ((concat(s, 'x''\\y😀'))), KEY ig (n) INVISIBLE,` +
		" KEY mv ((CAST(j->'$.a' AS UNSIGNED ARRAY))), p point SRID 4326, FULLTEXT KEY ng (s) WITH PARSER ngram)"},
	{mariadbOnly, "CREATE TABLE ignored (n int, KEY ig (n) IGNORED)"},
	{"", "CREATE TABLE children (a int unsigned, b int unsigned, c int, d int, e int unsigned, CONSTRAINT fk_a FOREIGN KEY (a) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE SET NULL," +
		" CONSTRAINT fk_b FOREIGN KEY (b) REFERENCES parent (id) ON DELETE RESTRICT, KEY idx_b (b, c), CONSTRAINT fk_cd FOREIGN KEY (c, d) REFERENCES parent (c, d) ON UPDATE CASCADE," +
		" FOREIGN KEY (e) REFERENCES parent (id))"},
	{"", "CREATE TABLE options (id int PRIMARY KEY) ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8 STATS_PERSISTENT=1 COMMENT 'c'"},
	{"", "CREATE TABLE engines (id int PRIMARY KEY, a int, KEY (a), KEY t (a) USING BTREE) ENGINE=MEMORY"},
	{"", "CREATE TABLE sorted (id int, PRIMARY KEY (id) USING BTREE COMMENT 'k') ENGINE=MEMORY"},
	{"", "CREATE TABLE old_engine (id int PRIMARY KEY) ENGINE=MyISAM CHECKSUM=1 DEFAULT CHARSET=latin1"},
	{mysqlOnly, "CREATE TABLE `placed-x` (id int PRIMARY KEY) TABLESPACE innodb_system"},
	{mysqlOnly, "CREATE TABLE compressed (id int PRIMARY KEY) COMPRESSION='zlib'"},
	{mariadbOnly, "CREATE TABLE compressed (id int PRIMARY KEY, a varchar(99) COMPRESSED, b blob COMPRESSED DEFAULT 'x') PAGE_COMPRESSED=1"},
	{"", "CREATE TABLE parts (id int, r int, PRIMARY KEY (id, r)) PARTITION BY RANGE (r) SUBPARTITION BY HASH (id) SUBPARTITIONS 2" +
		" (PARTITION p0 VALUES LESS THAN (10) COMMENT = 'x' MAX_ROWS = 5, PARTITION p1 VALUES LESS THAN MAXVALUE)"},
	{"", "CREATE TABLE keyed (id int PRIMARY KEY) PARTITION BY KEY () PARTITIONS 3"},
	{"", "CREATE TABLE listed (a varchar(9)) PARTITION BY LIST COLUMNS (a) (PARTITION `p x` VALUES IN ('a', 'b''c'))"},
	{mariadbOnly, "CREATE TABLE versioned (id int PRIMARY KEY, x int, y int WITHOUT SYSTEM VERSIONING) WITH SYSTEM VERSIONING"},
	{mariadbOnly, "CREATE TABLE history (id int) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME LIMIT 1000 (PARTITION p0 HISTORY, PARTITION pn CURRENT)"},
	{mariadbOnly, "CREATE TABLE since (id int, s timestamp(6) GENERATED ALWAYS AS ROW START, e timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING"},
	{mariadbOnly, "CREATE TABLE stays (id int, d1 date NOT NULL, d2 date NOT NULL, PERIOD FOR p (d1, d2), UNIQUE (id, p WITHOUT OVERLAPS))"},
	{mariadbOnly, "CREATE TABLE no_period (d1 date NOT NULL, d2 date NOT NULL, CONSTRAINT p CHECK (d1 < d2))"},
	{mariadbOnly, "CREATE TABLE types (u uuid, i inet6, j inet4)"},
	{mysqlOnly, "CREATE TABLE types (g geometry, v vector(4))"},
	{"", "CREATE TABLE `odd.na``me \"q\"` (`a.b` int, `c``d` int, `select` int, KEY `i.x` (`c``d`))"},
	{"", "CREATE TABLE `käse` (id int PRIMARY KEY, up int, CONSTRAINT `fk käse` FOREIGN KEY (up) REFERENCES `käse` (id))"},
	{mariadbOnly, "CREATE SEQUENCE seq START WITH 5 INCREMENT BY 3 MINVALUE 1 MAXVALUE 1000 CACHE 7 CYCLE"},
	{mariadbOnly, "CREATE SEQUENCE down START WITH -1 INCREMENT BY -1 NOCACHE"},
	{mariadbOnly, "CREATE TABLE numbered (id bigint DEFAULT nextval(seq), b bigint DEFAULT (NEXT VALUE FOR `down` + 1))"},
	{"", "CREATE FUNCTION f (a int, `b c` varchar(10), d varchar(10) CHARACTER SET latin1, e enum('a','b''c')) RETURNS varchar(20) DETERMINISTIC COMMENT 'it''s' BEGIN RETURN concat(a, '?😀'); END"},
	{"", "CREATE FUNCTION `lines (` (`a (\n` enum('x)','y\nz')) RETURNS enum('a\nb','c') DETERMINISTIC COMMENT 'it''s\nlong' /* and */\n" +
		`RETURN concat('line` + "\n" + `line\n\t\"\Z\%', "it''s ""\'", _latin1'x', /* in */ 'y')`},
	{"", "CREATE FUNCTION aggregate_name () RETURNS json NO SQL SQL SECURITY INVOKER RETURN '1'"},
	{mariadbOnly, "CREATE AGGREGATE FUNCTION agg (x int) RETURNS int BEGIN DECLARE EXIT HANDLER FOR NOT FOUND RETURN 1; LOOP FETCH GROUP NEXT ROW; END LOOP; END"},
	{"", "CREATE PROCEDURE pr (IN a int, OUT b int, INOUT `c d` decimal(5,2)) MODIFIES SQL DATA SQL SECURITY INVOKER BEGIN SET b = a; END"},
	{"", `CREATE VIEW v AS SELECT a, concat(s, 'x''y\\z') AS z FROM checked WHERE a > 1 WITH LOCAL CHECK OPTION`},
	{"", "CREATE ALGORITHM=TEMPTABLE SQL SECURITY INVOKER VIEW v2 (`p q`, r) AS SELECT v.a, parent.id FROM v JOIN parent ON f(parent.id, '', '', 'a') <> '😀?'"},
	{"", "CREATE ALGORITHM=MERGE VIEW v3 AS SELECT id FROM parent WITH CHECK OPTION"},
	{"", "CREATE VIEW `v'4` AS SELECT EXISTS (SELECT 1 FROM parent) AS e, _binary'ab' AS b"},
	{"", "CREATE TRIGGER tr1 BEFORE INSERT ON checked FOR EACH ROW SET new.a = 1"},
	{"", "CREATE TRIGGER tr0 BEFORE INSERT ON checked FOR EACH ROW BEGIN SET new.a = 2; END"},
	{"", "CREATE TRIGGER tr2 BEFORE INSERT ON checked FOR EACH ROW PRECEDES tr1 SET new.s = 'why? 😀'"},
	{"", "CREATE TRIGGER `tr 3` AFTER UPDATE ON checked FOR EACH ROW DELETE FROM parent"},
	{"", "CREATE EVENT ev ON SCHEDULE EVERY '1:30' HOUR_MINUTE STARTS '2030-01-01' ENDS '2031-01-01' ON COMPLETION PRESERVE DISABLE COMMENT 'e?' DO DELETE FROM parent"},
	{"", "CREATE EVENT ev2 ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM parent WHERE b = '?'; END"},
	{"", "CREATE EVENT ev3 ON SCHEDULE AT '2030-01-01 10:00:00' DISABLE ON SLAVE DO DELETE FROM parent"},
	{"", "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES', time_zone = '+02:00'"},
	{"", `CREATE FUNCTION ansi (a int) RETURNS varchar(20) NO SQL RETURN concat('x\', '')`},
	{"", `CREATE TRIGGER ansi BEFORE UPDATE ON parent FOR EACH ROW SET new."c" = 2, new.b = '\'`},
	{"", "CREATE EVENT zone ON SCHEDULE AT '2030-01-01 10:00:00' DO DELETE FROM parent"},
	{"", "SET sql_mode = ''"},
	{"", "CREATE TRIGGER loose AFTER DELETE ON checked FOR EACH ROW DELETE FROM parent"},
	{mariadbOnly, "SET sql_mode = 'ORACLE'"},
	{mariadbOnly, "CREATE FUNCTION oracle (a int) RETURN int IS BEGIN RETURN 1; END"},
	{mariadbOnly, "CREATE PACKAGE pk AS FUNCTION f1 RETURN int; END"},
}

// makeKinds carries out kinds in a database, in a session like that of a
// revision.
func makeKinds(t testing.TB, s *dbtest.Server, db *sql.DB) {
	t.Helper()
	exec(t, db, "ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	exec(t, conn, "SET time_zone = '+00:00'")
	for _, k := range kinds {
		if k.only == "" || k.only == s.Dialect {
			exec(t, conn, k.sql)
		}
	}
	discard(conn) // its sql_mode is nobody else's
}

func TestInspectKinds(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server, db *sql.DB, d Dialect) {
		makeKinds(t, s, db)
		got := inspect(t, d, db)
		b, err := json.MarshalIndent(got, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", "inspect_"+string(s.Dialect)+".golden")
		if *update {
			if err := os.WriteFile(file, append(b, '\n'), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(b)+"\n", "\n")); d != "" {
			t.Errorf("%s (-want +got): write it with -update\n%s", file, d)
		}
		agrees(t, d, db, got)
	})
}
