package suite

import (
	ristretto "github.com/bwesterb/go-ristretto"
	"github.com/bwesterb/go-ristretto/edwards25519"
)

// together is how many terms of a sum share their doublings: enough that they
// cost little each, and no more than a small table of multiples.
const together = 16

// Sum sets sum to the points, each multiplied by its weight, added up. It takes
// a time that depends on weights and points: none may be secret. There are as
// many weights as points.
//
// The products of a sum share their doublings (E. G. Straus, Addition chains of
// vectors, Amer. Math. Monthly 71, 1964), and each digit of a weight is zero, or
// odd and between -15 and 15, at most one of any five not zero (the wNAF of
// Hankerson, Menezes and Vanstone, Guide to Elliptic Curve Cryptography,
// algorithm 3.35): four products cost less than two made one by one.
func Sum(sum *ristretto.Point, weights []ristretto.Scalar, points []ristretto.Point) {
	total := (*edwards25519.ExtendedPoint)(sum)
	var some edwards25519.ExtendedPoint
	total.SetZero()
	for len(points) > 0 {
		n := min(together, len(points))
		sumOfSome(&some, weights[:n], points[:n])
		total.Add(total, &some)
		weights, points = weights[n:], points[n:]
	}
}

// sumOfSome is Sum of so few terms that all their multiples are held at once.
func sumOfSome(sum *edwards25519.ExtendedPoint, weights []ristretto.Scalar, points []ristretto.Point) {
	multiples := make([][8]edwards25519.ExtendedPoint, len(points)) // 1, 3, ... 15 times a point
	digits := make([][256]int8, len(points))
	for i := range points {
		var twice edwards25519.ExtendedPoint
		m := &multiples[i]
		m[0].Set((*edwards25519.ExtendedPoint)(&points[i]))
		twice.Double(&m[0])
		for j := 1; j < len(m); j++ {
			m[j].Add(&m[j-1], &twice)
		}
		recode(&digits[i], &weights[i])
	}

	var next edwards25519.CompletedPoint
	var last edwards25519.ProjectivePoint // the sum without what only an addition needs
	sum.SetZero()
	last.SetExtended(sum)
	for place := 255; place >= 0; place-- {
		next.DoubleProjective(&last)
		for i := range digits {
			switch d := digits[i][place]; {
			case d > 0:
				sum.SetCompleted(&next)
				next.AddExtended(sum, &multiples[i][d/2])
			case d < 0:
				sum.SetCompleted(&next)
				next.SubExtended(sum, &multiples[i][-d/2])
			}
		}
		last.SetCompleted(&next)
	}
	sum.SetCompleted(&next)
}

// recode sets digits so that s is the sum of digits[i] times 2 to the i. The
// digits fit because s is smaller than 2^253.
func recode(digits *[256]int8, s *ristretto.Scalar) {
	var bits [33]byte // and a byte, so that a window may begin in the last one
	s.BytesInto((*[32]byte)(bits[:32]))

	clear(digits[:])
	carry := 0
	for place := 0; place < len(digits); {
		window := carry + int(bits[place/8]>>(place%8)|bits[place/8+1]<<(8-place%8))&31
		if window%2 == 0 {
			place++
			continue
		}
		carry = 0
		if window > 15 {
			window -= 32
			carry = 1
		}
		digits[place] = int8(window)
		place += 5
	}
}
