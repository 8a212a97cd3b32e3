package script

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/whimbreldb/whimbrel/op"
)

// hashVersion changes when the same operations get another hash.
const hashVersion = "v1:"

// Hash returns a short text that is the same for the same operations, in every
// build and on every machine. The function of a Run does not count.
func Hash(ops []op.Op) string {
	data, err := op.Marshal(ops)
	if err != nil {
		panic("script: operations are always JSON: " + err.Error())
	}
	sum := sha256.Sum256(data)
	return hashVersion + hex.EncodeToString(sum[:16])
}
