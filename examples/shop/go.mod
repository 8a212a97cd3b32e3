module shop

go 1.25.0

require github.com/whimbreldb/whimbrel v0.0.0

replace github.com/whimbreldb/whimbrel => ../..
