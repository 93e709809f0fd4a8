package report

import (
	"errors"
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// Matrix is a table of shares, of each thing in each other, drawn as squares whose
// area is the share, with the number beneath.
type Matrix struct {
	Title, Desc string
	Labels      []string    // of rows and columns, one or two letters each
	Shares      [][]float64 // by row and column, 0 to 1; NaN for none
}

const (
	cellSize = 56.0
	square   = 30.0 // the side of a share of 1
	margin   = 30.0
)

func (m *Matrix) html(ids *ids) (template.HTML, error) {
	n := len(m.Labels)
	if len(m.Shares) != n {
		return "", errors.New("a matrix has as many rows as labels")
	}
	size := margin + cellSize*float64(n) + 1
	var s svg
	s.begin(ids, "matrix", m.Title, m.Desc, size, size)
	for i, l := range m.Labels {
		at := margin + cellSize*(float64(i)+0.5)
		s.label(at, margin-10, "middle", "axis", l)
		s.label(margin-12, at+5, "middle", "axis", l)
		for j, share := range m.Shares[i] {
			x, y := margin+cellSize*float64(j), at-cellSize/2
			s.rect(x, y, cellSize, cellSize, "cell")
			if math.IsNaN(share) {
				s.label(x+cellSize/2, y+cellSize/2+4, "middle", "value", "–")
				continue
			}
			side := square * math.Sqrt(min(max(share, 0), 1))
			s.rect(x+cellSize/2-side/2, y+21-side/2, side, side, "share")
			s.label(x+cellSize/2, y+cellSize-6, "middle", "value", Percent(share))
		}
	}
	return figure(m.Title, s.end())
}

// Percent writes a share as reports do: "94.1 %", and never 0 or 100 % of what is
// not quite none or all.
func Percent(share float64) string {
	p := 100 * share
	switch {
	case p > 0 && p < 0.05:
		return "< 0.1 %"
	case p < 100 && p >= 99.95:
		return "> 99.9 %"
	case p == 0 || p == 100:
		return strconv.Itoa(int(p)) + " %"
	}
	return fmt.Sprintf("%.1f %%", p)
}

// Curve is a function of time, or of anything else that has an order, with an
// interval and points that are named.
type Curve struct {
	Title, Desc    string
	X, Y           []float64
	From, To       float64 // the interval on the x axis, shaded; none if they are equal
	Marks          []Mark
	XTicks, YTicks []Tick
	YTitle         string
	// Scale places a Y on its axis; nil for a linear one.
	Scale func(float64) float64
}

// Mark is a point of a curve with its name.
type Mark struct {
	X, Y float64
	Name string // "" for a bare point
}

// Tick is a mark on an axis.
type Tick struct {
	At   float64
	Name string
	Rule bool // a line across the plot
}

// The frame of a plot, in units of its viewBox.
const (
	plotWidth, plotHeight             = 520.0, 330.0
	plotLeft, plotRight, plotTop, low = 58.0, 16.0, 34.0, 44.0
)

func (c *Curve) html(ids *ids) (template.HTML, error) {
	if len(c.X) == 0 || len(c.X) != len(c.Y) {
		return "", errors.New("a curve has as many X as Y, and any")
	}
	x, y := c.axes()
	var s svg
	s.begin(ids, "curve", c.Title, c.Desc, plotWidth, plotHeight)
	floor := plotHeight - low
	if c.From != c.To {
		s.rect(x(c.From), plotTop, max(x(c.To)-x(c.From), 1.5), floor-plotTop, "interval")
	}
	s.label(plotLeft, 14, "start", "note", c.YTitle)
	for _, t := range c.YTicks {
		s.label(plotLeft-6, y(t.At)+4, "end", "tick", t.Name)
		class := "tick"
		to := plotLeft
		if t.Rule {
			class, to = "rule", plotWidth-plotRight
		}
		s.line(plotLeft-4, y(t.At), to, y(t.At), class)
	}
	for _, t := range c.XTicks {
		s.line(x(t.At), floor, x(t.At), floor+5, "tick")
		s.label(x(t.At), floor+20, anchor(x(t.At)), "tick", t.Name)
	}
	s.line(plotLeft, floor, plotWidth-plotRight, floor, "frame")
	s.line(plotLeft, plotTop, plotLeft, floor, "frame")
	points := make([]string, len(c.X))
	for i := range c.X {
		points[i] = num(x(c.X[i])) + "," + num(y(c.Y[i]))
	}
	s.add(`<polyline class="line" points="`, strings.Join(points, " "), "\"/>\n")
	for _, m := range c.Marks {
		s.add(`<circle class="mark" r="4" cx="`, num(x(m.X)), `" cy="`, num(y(m.Y)), "\"/>\n")
		if m.Name != "" {
			s.label(x(m.X), y(m.Y)-9, anchor(x(m.X)), "value", m.Name)
		}
	}
	return figure(c.Title, s.end())
}

// axes returns the places of values in the frame.
func (c *Curve) axes() (x, y func(float64) float64) {
	scale := c.Scale
	if scale == nil {
		scale = func(v float64) float64 { return v }
	}
	x0, x1 := c.X[0], c.X[len(c.X)-1]
	y0, y1 := math.Inf(1), math.Inf(-1)
	for _, v := range c.Y {
		y0, y1 = min(y0, scale(v)), max(y1, scale(v))
	}
	for _, t := range c.YTicks {
		y0, y1 = min(y0, scale(t.At)), max(y1, scale(t.At))
	}
	return place(x0, x1, plotLeft+8, plotWidth-plotRight-8, func(v float64) float64 { return v }),
		place(y0, y1, plotHeight-low-6, plotTop+6, scale)
}

func place(v0, v1, p0, p1 float64, scale func(float64) float64) func(float64) float64 {
	if v0 == v1 {
		return func(float64) float64 { return (p0 + p1) / 2 }
	}
	return func(v float64) float64 { return p0 + (p1-p0)*(scale(v)-v0)/(v1-v0) }
}

// anchor keeps a label within the frame.
func anchor(x float64) string {
	switch {
	case x < plotLeft+40:
		return "start"
	case x > plotWidth-plotRight-40:
		return "end"
	}
	return "middle"
}

func figure(caption string, image template.HTML) (template.HTML, error) {
	return render("figure", map[string]any{"Caption": caption, "Image": image})
}

// num writes a coordinate: a tenth of a unit is finer than any eye.
func num(v float64) string {
	return strconv.FormatFloat(math.Round(v*10)/10+0, 'f', -1, 64)
}

func esc(s string) string { return html.EscapeString(s) }
