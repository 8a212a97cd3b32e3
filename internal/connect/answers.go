package connect

import (
	"bytes"
	"context"
	"net"
	"time"
)

// answersOther is what whoAnswers says of somebody who says something else.
const answersOther = "something else"

// The waits of whoAnswers. A MySQL speaks first, and may look up the name of
// who calls before it does.
const (
	greetingWait = time.Second
	answerWait   = time.Second / 2
)

// whoAnswers returns which kind of server is at an address: the name of a
// Server, "a web server", answersOther, or "" where nobody answers. It is
// for the text of an error: the servers of two kinds each wait for the other
// side to speak, and what the drivers say then helps nobody.
func whoAnswers(ctx context.Context, network, address string) string {
	dialer := net.Dialer{Timeout: greetingWait}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return ""
	}
	defer conn.Close()
	if heard := listen(conn, greetingWait); heard != nil {
		return kindOf(heard)
	}
	// What a PostgreSQL answers with one letter, and a web server takes for the
	// beginning of a line.
	for _, say := range []string{"\x00\x00\x00\x08\x04\xd2\x16\x2f", "\r\n\r\n"} {
		if _, err := conn.Write([]byte(say)); err != nil {
			return ""
		}
		if heard := listen(conn, answerWait); heard != nil {
			return kindOf(heard)
		}
	}
	return ""
}

func listen(conn net.Conn, wait time.Duration) []byte {
	if conn.SetReadDeadline(time.Now().Add(wait)) != nil { //nolint:forbidigo // a deadline is in real time
		return nil
	}
	b := make([]byte, 128)
	n, _ := conn.Read(b)
	if n == 0 {
		return nil
	}
	return b[:n]
}

// kindOf recognises the first words of a server.
func kindOf(heard []byte) string {
	switch {
	case len(heard) == 1 && (heard[0] == 'S' || heard[0] == 'N'):
		return Postgres.name // it does TLS, or does not
	case len(heard) > 5 && heard[3] == 0 && (heard[4] == 10 || heard[4] == 0xff):
		return MySQL.name // a greeting of protocol 10, or an error instead
	case bytes.HasPrefix(heard, []byte("HTTP/")):
		return "a web server"
	}
	return answersOther
}
