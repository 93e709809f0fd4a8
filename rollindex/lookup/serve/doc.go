// Package serve is the operator's server of the private look-up: it evaluates
// blind under the keys of an index, meters how much of that it does for whom, and
// sends the published files, if no other web server does.
//
//	POST /v1/evaluate      the only thing that needs the index's key
//	GET  /v1/...           files of a published directory, by the exact paths of PROTOCOL.md
//	GET  /...              the page, which lies at the directory's root
//	GET  /healthz          number and end of the manifest; 503 once it has expired
//
// # Use
//
// [New] reads the manifest of a directory, verifies it, and refuses one whose
// keys are not the index's, so that what is published and what is evaluated
// cannot disagree. [Server.Serve] then answers on a listener until its context
// ends. A manifest that replaces the one on disk is taken while the server runs
// if it is signed with the same key, of a higher number, and fits the index; its
// keys then replace those before, and who asks under one that is gone gets 404
// and fetches the manifest. Another epoch has another seed, and needs a restart.
//
// # What is kept of who asks
//
// Nothing that is sent to this server or by it is written anywhere: no log line
// and no metric has an address, a path, a body, a bucket's number or the name of
// a browser. Counters of the day's budgets are kept under
//
//	HMAC-SHA256(HMAC-SHA256(secret, "vrx1/budgets" | day | nonce), prefix)[0:16]
//
// in memory and in a file, so that a restart does not fill the budgets again. The
// nonce is drawn anew every day (UTC) and lies in the file, the secret does not:
// the file alone tells how many prefixes asked how much, and not which. Who has
// the secret too can test addresses, of the one day the file is of. That day's
// nonce goes when the file is written for the next.
//
// # What not to do
//
// Do not put the server behind a proxy without saying so: budgets by address
// would then meter the proxy. It refuses to start without TLS of its own unless
// [Proxies] says how addresses come, and does not evaluate when a request shows
// that this is wrong. Do not let a proxy or a content network log paths: a
// bucket's number is in one.
package serve
