// Package conformance holds every dialect to the same laws, on real servers.
//
// A law is about two schemas, what leads from one to the other, and rows
// (laws_test.go). The pairs come from a table of cases that covers every
// operation, every kind of object, every field of a schema and awkward names
// (cases_test.go, coverage_test.go), and from a generator of random pairs,
// which shrinks what it finds to a minimal pair (random_test.go,
// shrink_test.go). The same table makes the golden DDL (golden_test.go).
//
// It has nothing but tests. WHIM_TEST_DATABASES says which servers they run
// on; see package internal/dbtest.
package conformance
