CREATE TABLE "LoudTable" (
  "ID" integer PRIMARY KEY AUTOINCREMENT,
  "userName" text,
  "order" integer,
  "group" text,
  CONSTRAINT "chk_LoudTable_group" CHECK ("group" <> '')
);
CREATE UNIQUE INDEX "idx_LoudTable_name" ON "LoudTable" ("userName");
CREATE INDEX "idx_LoudTable_order" ON "LoudTable" ("order");
CREATE TABLE "members" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "created_at" datetime,
  "updated_at" datetime,
  "deleted_at" datetime,
  "name" text NOT NULL,
  "mail" text,
  "nick" text,
  "age" integer,
  "born" datetime,
  "number" text,
  "seen_at" datetime,
  "active" boolean DEFAULT true,
  "rating" real DEFAULT 1.5,
  CONSTRAINT "uni_members_mail" UNIQUE ("mail")
);
CREATE INDEX "idx_members_deleted_at" ON "members" ("deleted_at");
CREATE UNIQUE INDEX "idx_members_nick" ON "members" ("nick");
CREATE TABLE "addresses" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "member_id" integer,
  "lines" text,
  CONSTRAINT "fk_members_address" FOREIGN KEY ("member_id") REFERENCES "members" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE TABLE "another_model_with_a_name_that_is_longer_than_identifiers_may_bes" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "a_column_name_that_is_very_long_and_an_index2" text,
  "holder_id" integer,
  CONSTRAINT "uni_another_model_with_a_name_that_is_longer_than_identi24cd6b8d" UNIQUE ("a_column_name_that_is_very_long_and_an_index2"),
  CONSTRAINT "fk_another_model_with_a_name_that_is_longer_than_identifd9a8400b" FOREIGN KEY ("holder_id") REFERENCES "members" ("id")
);
CREATE INDEX "idx_another_model_with_a_name_that_is_longer_than_identi3ddbf36f" ON "another_model_with_a_name_that_is_longer_than_identifiers_may_bes" ("a_column_name_that_is_very_long_and_an_index2");
CREATE TABLE "lectures" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "name" text
);
CREATE TABLE "readers" (
  "id" integer PRIMARY KEY AUTOINCREMENT
);
CREATE TABLE "attendances" (
  "reader_id" integer,
  "lecture_id" integer,
  "grade" integer,
  "created_at" datetime,
  PRIMARY KEY ("reader_id", "lecture_id"),
  CONSTRAINT "fk_attendances_lecture" FOREIGN KEY ("lecture_id") REFERENCES "lectures" ("id"),
  CONSTRAINT "fk_attendances_reader" FOREIGN KEY ("reader_id") REFERENCES "readers" ("id")
);
CREATE TABLE "bears" (
  "id" integer PRIMARY KEY AUTOINCREMENT
);
CREATE TABLE "cages" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "beast_id" integer,
  "beast_type" text
);
CREATE TABLE "cards" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "member_id" integer,
  "label" text,
  CONSTRAINT "fk_members_cards" FOREIGN KEY ("member_id") REFERENCES "members" ("id")
);
CREATE INDEX "idx_cards_member_id" ON "cards" ("member_id");
CREATE TABLE "monks" (
  "id" integer PRIMARY KEY AUTOINCREMENT
);
CREATE TABLE "friendships" (
  "monk_id" integer,
  "friend_id" integer,
  PRIMARY KEY ("monk_id", "friend_id"),
  CONSTRAINT "fk_friendships_friends" FOREIGN KEY ("friend_id") REFERENCES "monks" ("id"),
  CONSTRAINT "fk_friendships_monk" FOREIGN KEY ("monk_id") REFERENCES "monks" ("id")
);
CREATE TABLE "gadgets" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "holder_id" integer,
  "serial" text,
  CONSTRAINT "fk_gadgets_holder" FOREIGN KEY ("holder_id") REFERENCES "members" ("id") ON DELETE CASCADE
);
CREATE INDEX "idx_gadgets_holder_id" ON "gadgets" ("holder_id");
CREATE UNIQUE INDEX "udx_serial" ON "gadgets" ("serial");
CREATE TABLE "invoices" (
  "no" integer,
  "year" integer,
  PRIMARY KEY ("no", "year")
);
CREATE TABLE "invoice_lines" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "invoice_no" integer,
  "invoice_year" integer,
  "amount" integer NOT NULL DEFAULT 1,
  CONSTRAINT "chk_invoice_lines_amount" CHECK (amount > 0),
  CONSTRAINT "fk_invoices_lines" FOREIGN KEY ("invoice_no", "invoice_year") REFERENCES "invoices" ("no", "year") ON DELETE CASCADE
);
CREATE TABLE "kinds" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "i" integer,
  "i8" integer,
  "i16" integer,
  "i32" integer,
  "i64" integer,
  "u" integer,
  "u8" integer,
  "u16" integer,
  "u32" integer,
  "u64" integer,
  "f32" real,
  "f64" real,
  "dec" numeric(12,4),
  "b" boolean,
  "s" text,
  "s10" text,
  "s70k" text,
  "raw" blob,
  "raw20" blob,
  "t" datetime,
  "t6" datetime,
  "day" date,
  "duration" integer,
  "letter" integer,
  "array" blob,
  "pointer" integer,
  "sized" integer,
  "varchar" text,
  "char" text,
  "double" real,
  "big" integer,
  "clock" datetime,
  "generic" integer,
  "no_case" text COLLATE NOCASE,
  "odd" my own type(3),
  "stamp" timestamp with time zone,
  "strict" text NOT NULL DEFAULT 'x',
  "nothing"
);
CREATE TABLE "lefts" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "right_id" integer,
  CONSTRAINT "fk_lefts_right" FOREIGN KEY ("right_id") REFERENCES "rights" ("id")
);
CREATE TABLE "rights" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "left_id" integer,
  CONSTRAINT "fk_rights_left" FOREIGN KEY ("left_id") REFERENCES "lefts" ("id")
);
CREATE TABLE "lions" (
  "id" integer PRIMARY KEY AUTOINCREMENT
);
CREATE TABLE "skills" (
  "code" text,
  "name" text,
  PRIMARY KEY ("code")
);
CREATE TABLE "member_skills" (
  "skill_code" text,
  "member_id" integer,
  PRIMARY KEY ("skill_code", "member_id"),
  CONSTRAINT "fk_member_skills_member" FOREIGN KEY ("member_id") REFERENCES "members" ("id"),
  CONSTRAINT "fk_member_skills_skill" FOREIGN KEY ("skill_code") REFERENCES "skills" ("code")
);
CREATE TABLE "nodes" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "parent_id" integer,
  CONSTRAINT "fk_nodes_children" FOREIGN KEY ("parent_id") REFERENCES "nodes" ("id")
);
CREATE TABLE "notes" (
  "at" datetime,
  "text" text
);
CREATE INDEX "idx_notes_at" ON "notes" ("at");
CREATE TABLE "pair[int]" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "value" integer
);
CREATE TABLE "paper_titles" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "title" text,
  "slug" text,
  "rank" integer
);
CREATE INDEX "idx_rank_abs" ON "paper_titles" (abs(rank) DESC);
CREATE UNIQUE INDEX "idx_slug_title" ON "paper_titles" ((lower(slug) || '-' || title)) WHERE slug <> '' AND title IS NOT NULL;
CREATE INDEX "idx_title_lower" ON "paper_titles" (lower(title));
CREATE TABLE "papers" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "shelf_id" integer,
  "slug" text,
  "sort" text,
  "status" text,
  "level" integer,
  "loan" text,
  "deleted_at" datetime
);
CREATE INDEX "idx_paper_in" ON "papers" ("loan") WHERE loan IN ('a','b');
CREATE INDEX "idx_paper_level" ON "papers" ("level" DESC);
CREATE INDEX "idx_paper_loan" ON "papers" ("loan" COLLATE nocase);
CREATE INDEX "idx_paper_open" ON "papers" ("status") WHERE status <> 'closed' AND deleted_at IS NULL;
CREATE UNIQUE INDEX "idx_paper_shelf_slug" ON "papers" ("shelf_id", "slug");
CREATE INDEX "idx_papers_sortshelf" ON "papers" ("shelf_id", "sort" DESC);
CREATE UNIQUE INDEX "udx_level_live" ON "papers" ("level") WHERE deleted_at IS NULL;
CREATE TABLE "phrases" (
  "id" integer,
  "locale" text,
  "text" text,
  PRIMARY KEY ("id", "locale")
);
CREATE TABLE "presets" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "empty" text NOT NULL DEFAULT '',
  "quoted" text DEFAULT 'it''''s',
  "bare" text DEFAULT 'hello',
  "double" text DEFAULT 'say "hi',
  "minus" integer DEFAULT -1,
  "zero" integer NOT NULL DEFAULT 0,
  "off" boolean NOT NULL DEFAULT false,
  "ratio" real DEFAULT 0.25,
  "money" numeric(10,2) DEFAULT 0,
  "nothing" text DEFAULT null,
  "without" text,
  "made" datetime NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "low" text DEFAULT (lower('ABC')),
  "moment" datetime DEFAULT '2020-01-02 03:04:05',
  "hex" integer DEFAULT 16,
  "big" real DEFAULT 1000
);
CREATE TABLE "purses" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "kind" text NOT NULL,
  "balance" numeric(12,2),
  "code" text,
  "percent" integer,
  CONSTRAINT "chk_balance" CHECK (balance >= 0 AND balance < 1e9),
  CONSTRAINT "chk_purses_code" CHECK (length(code) BETWEEN 3 AND 20),
  CONSTRAINT "chk_purses_kind" CHECK (kind IN ('day','week','it''s')),
  CONSTRAINT "chk_purses_percent" CHECK (percent between 0 and 100 OR percent = -1)
);
CREATE TABLE "rectangles" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "w" integer,
  "h" integer,
  "area" integer GENERATED ALWAYS AS (w * h) STORED,
  "round" integer GENERATED ALWAYS AS ((w + h) * 2) VIRTUAL
);
CREATE TABLE "remarkeds" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "text" text
);
CREATE TABLE "specials" (
  "id" text,
  "cost" integer NOT NULL DEFAULT 0,
  "grade" integer DEFAULT 3,
  "colour" text DEFAULT 'red',
  "place" varchar(64),
  "extra" JSON,
  "map" JSON,
  "on" date,
  "at" time,
  "ident" text,
  "amount" numeric(20,8) NOT NULL DEFAULT 0,
  "raw" blob,
  "null" integer,
  "maybe" boolean,
  PRIMARY KEY ("id")
);
CREATE TABLE "states" (
  "code" text,
  PRIMARY KEY ("code")
);
CREATE TABLE "storeds" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "tags" text,
  "attrs" text,
  "blob" blob,
  "at" datetime
);
CREATE TABLE "stories" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "writer_name" text,
  "writer_email" text,
  "editor_name" text,
  "editor_email" text,
  "made_by" text,
  "updated_at" integer
);
CREATE INDEX "idx_stories_name" ON "stories" ("writer_name", "editor_name");
CREATE TABLE "towns" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "state_code" text,
  CONSTRAINT "fk_states_towns" FOREIGN KEY ("state_code") REFERENCES "states" ("code")
);
CREATE TABLE "unbounds" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "member_id" integer,
  "card_id" integer
);
CREATE TABLE "veileds" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "d" text,
  "e" text,
  "f" text
);
CREATE TABLE "vouchers" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "skill_code" text DEFAULT 'go',
  CONSTRAINT "fk_vouchers_skill" FOREIGN KEY ("skill_code") REFERENCES "skills" ("code")
);
