package synth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"testing"
	"time"

	"rollcheck/data/field"
)

func TestZZBase(t *testing.T) {
	var out bytes.Buffer
	for _, id := range []string{"fl-extract", "nc-ncvoter-2012-2022", "nc-ncvoter-2022", "ny-allnysvoters-2016", "ny-allnysvoters-2021", "oh-swvf", "wa-vrdb-2019", "wa-vrdb-2023"} {
		for _, o := range []Options{{Rows: 20000, Seed: 1}, {Rows: 9000, Seed: 5, AsOf: time.Date(2024, 12, 1, 0, 0, 0, 0, time.UTC), Noise: 0.3, Sample: 0.5},
			{Rows: 9000, Seed: 7, Add: []field.Role{field.RoleEmail, field.RolePhone, field.RoleSSN, field.NameFull, field.RoleNationalID, field.RoleProfile}}} {
			o.Layout = layout(t, id)
			var a, b bytes.Buffer
			if _, err := Write(context.Background(), &a, &b, o); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&out, "%s %x %x\n", id, sha256.Sum256(a.Bytes()), sha256.Sum256(b.Bytes()))
		}
	}
	os.WriteFile(os.Getenv("ZZOUT"), out.Bytes(), 0o600)
}
