package exposure

import "slices"

// answered is a block of people with their answers, on its way to the handler.
type answered struct {
	answers  []Answer
	findings [][]Finding // of equal parts of the people, in their order
}

// emitter hands blocks to the handler, one after the other, while the next is
// searched: writing is done by one goroutine and would else keep all others waiting.
type emitter struct {
	blocks chan *answered // to be handed over
	free   chan *answered // handed over, to be filled again
	failed chan struct{}  // closed when the handler failed
	done   chan struct{}  // closed when nothing more is handed over
	err    error          // of the handler; valid when failed or done is closed
}

// emitAside starts an emitter.
func (c *check) emitAside(progress func(people int)) *emitter {
	const ahead = 2 // blocks: one that is filled, one that is handed over
	e := &emitter{make(chan *answered), make(chan *answered, ahead), make(chan struct{}), make(chan struct{}), nil}
	for range ahead {
		e.free <- new(answered)
	}
	go func() {
		defer close(e.done)
		for b := range e.blocks {
			if e.err == nil {
				if e.err = c.emit(b); e.err != nil {
					close(e.failed)
				} else if progress != nil {
					progress(c.sum.People)
				}
			}
			e.free <- b
		}
	}()
	return e
}

// next returns room for the answers of so many people in so many parts.
func (e *emitter) next(people, parts int) *answered {
	b := <-e.free
	b.answers = slices.Grow(b.answers[:0], people)[:people]
	b.findings = slices.Grow(b.findings[:0], parts)[:parts]
	for i := range b.findings {
		b.findings[i] = b.findings[i][:0]
	}
	return b
}

// end waits until everything is handed over and returns the handler's error.
func (e *emitter) end() error {
	close(e.blocks)
	<-e.done
	return e.err
}

// emit hands a block to the handler and counts it.
func (c *check) emit(b *answered) error {
	part, findings := 0, b.findings[0]
	for p := range b.answers {
		for p == len(b.answers)*(part+1)/len(b.findings) {
			part++
			findings = b.findings[part]
		}
		a, best := &b.answers[p], Tier(0)
		for len(findings) > 0 && findings[0].Person == a.Person {
			best = max(best, findings[0].Tier)
			if err := c.handler.Finding(&findings[0]); err != nil {
				return err
			}
			findings = findings[1:]
		}
		c.count(a, best)
		if err := c.handler.Person(a); err != nil {
			return err
		}
	}
	if f, ok := c.handler.(interface{ Flush() error }); ok {
		return f.Flush()
	}
	return nil
}

func (c *check) count(a *Answer, best Tier) {
	c.sum.People++
	if a.Exposed {
		c.sum.Exposed++
	}
	switch best {
	case Strong:
		c.sum.Strong++
	case Likely:
		c.sum.Likely++
	case Possible:
		c.sum.Possible++
	}
	if !a.Complete {
		c.sum.Incomplete++
		if !a.Exposed {
			c.sum.Unsettled++
		}
	}
	for i := range a.Datasets {
		switch a.Datasets[i].State {
		case Searched:
			c.searched[i] = true
		case Damaged:
			c.sum.Damaged = true
		}
	}
	switch {
	case c.asker != nil:
		for _, j := range a.Asked {
			if !a.Unread {
				c.states[j] = true
			}
		}
	case a.states != "":
		c.states[a.states] = true
	}
}
