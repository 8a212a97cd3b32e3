package op

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// kinds names every operation in JSON. A name never changes once released.
var kinds = map[string]Op{
	"create_table":      CreateTable{},
	"drop_table":        DropTable{},
	"rename_table":      RenameTable{},
	"alter_table":       AlterTable{},
	"add_column":        AddColumn{},
	"drop_column":       DropColumn{},
	"rename_column":     RenameColumn{},
	"alter_column":      AlterColumn{},
	"alter_primary_key": AlterPrimaryKey{},
	"add_unique":        AddUnique{},
	"drop_unique":       DropUnique{},
	"add_foreign_key":   AddForeignKey{},
	"drop_foreign_key":  DropForeignKey{},
	"add_check":         AddCheck{},
	"drop_check":        DropCheck{},
	"create_index":      CreateIndex{},
	"drop_index":        DropIndex{},
	"create_object":     CreateObject{},
	"drop_object":       DropObject{},
	"alter_object":      AlterObject{},
	"exec":              Exec{},
	"run":               Run{},
}

var kindOf = func() map[reflect.Type]string {
	m := make(map[reflect.Type]string, len(kinds))
	for name, o := range kinds {
		m[reflect.TypeOf(o)] = name
	}
	return m
}()

// Kind returns the name of an operation's type in JSON: "add_column".
func Kind(o Op) string { return kindOf[reflect.TypeOf(o)] }

type envelope struct {
	Op   string          `json:"op"`
	Args json.RawMessage `json:"args"`
}

// Marshal returns ops as a JSON array. The function of a Run is not kept.
func Marshal(ops []Op) ([]byte, error) {
	out := make([]envelope, len(ops))
	for i, o := range ops {
		args, err := json.Marshal(o)
		if err != nil {
			return nil, err
		}
		out[i] = envelope{Kind(o), args}
	}
	return json.Marshal(out)
}

// Unmarshal reads what [Marshal] wrote.
func Unmarshal(data []byte) ([]Op, error) {
	var in []envelope
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, err
	}
	ops := make([]Op, len(in))
	for i, e := range in {
		zero, ok := kinds[e.Op]
		if !ok {
			return nil, fmt.Errorf("unknown operation %q", e.Op)
		}
		v := reflect.New(reflect.TypeOf(zero))
		if err := json.Unmarshal(e.Args, v.Interface()); err != nil {
			return nil, fmt.Errorf("operation %s: %w", e.Op, err)
		}
		ops[i] = v.Elem().Interface().(Op)
	}
	return ops, nil
}
