package sourcetest_test

import (
	"testing"

	"rollcheck/rollindex/exposure"
	"rollcheck/rollindex/exposure/sourcetest"
)

func TestMemory(t *testing.T) {
	sourcetest.Run(t, func(_ *testing.T, rows []sourcetest.Row) exposure.Source { return sourcetest.NewMemory(rows...) })
}

func TestMemoryDamaged(t *testing.T) {
	t.Run("whole", func(t *testing.T) {
		sourcetest.RunDamaged(t, func(_ *testing.T, rows []sourcetest.Row, damage string) exposure.Source {
			m := sourcetest.NewMemory(rows...)
			m.Break(damage, "its file is missing")
			return m
		})
	})
	t.Run("in places", func(t *testing.T) {
		sourcetest.RunDamaged(t, func(_ *testing.T, rows []sourcetest.Row, damage string) exposure.Source {
			m := sourcetest.NewMemory(rows...)
			for _, r := range rows {
				for _, in := range r.Keys {
					m.Damage(damage, in)
				}
			}
			return m
		})
	})
}
