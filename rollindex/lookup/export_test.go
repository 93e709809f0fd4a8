package lookup

import "time"

// SetNow sets the client's clock.
func (c *Client) SetNow(now func() time.Time) { c.now = now }
