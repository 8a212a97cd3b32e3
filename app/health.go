package app

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/whimbreldb/whimbrel"
)

// A health is what the handler of [App.Health] answers.
type health struct {
	Status  string `json:"status"`            // "ok", "ahead", "pending", "unreachable"
	Pending int    `json:"pending,omitempty"` // revisions that are not applied
}

// healthFor is how long an answer holds: who asks often does not ask the
// database as often.
const healthFor = time.Second

// Health returns a handler that says whether the app can do its work, for what
// sends requests to it only then (a readiness check):
//
//	a.Handle("GET /healthz", a.Health())
//
// It answers 200 when each database of the app can be read and has all revisions:
// {"status":"ok"}, or "ahead" when it has some that this program does not know,
// because a newer one was deployed. It answers 503 when revisions are not applied,
// {"status":"pending","pending":2}, and when a database cannot be read,
// {"status":"unreachable"}, which is also "not within two seconds". It gives away
// nothing else, so it needs no protection.
func (a *App) Health() http.Handler {
	var mu sync.Mutex
	var last health
	var until time.Time
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		if now := clock(); now.After(until) {
			// Who asked first may have gone; the others wait for the answer.
			last = a.health(context.WithoutCancel(r.Context()))
			until = clock().Add(healthFor)
		}
		h := last
		mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		if h.Status != "ok" && h.Status != "ahead" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(h) // the client has gone: nobody to tell
	})
}

func (a *App) health(ctx context.Context) health {
	ctx, cancel := context.WithTimeout(ctx, pendingTimeout)
	defer cancel()
	h := health{Status: "ok"}
	for _, b := range a.Databases() {
		n, err := b.pending(ctx)
		switch {
		case whimbrel.CodeOf(err) == whimbrel.UnknownApplied:
			if h.Status == "ok" {
				h.Status = "ahead"
			}
		case err != nil:
			return health{Status: "unreachable"}
		case n > 0:
			h.Status = "pending"
			h.Pending += n
		}
	}
	return h
}

// pending returns how many revisions are not applied. Of a database without a
// history it only finds out whether it answers.
func (b *Bind) pending(ctx context.Context) (int, error) {
	if b.history == nil {
		return 0, b.db.PingContext(ctx)
	}
	p, err := b.Project()
	if err != nil {
		return 0, err
	}
	revisions, err := p.Pending(ctx)
	return len(revisions), err
}
