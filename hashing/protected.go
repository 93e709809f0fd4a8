package hashing

// ProtectedKey returns the key under which the tags of an office's list of protected
// people are encrypted: HKDF-Expand(PRK, "rollcheck/rc1/protected", 32).
func (p *PRF) ProtectedKey() []byte { return p.expand("rollcheck/rc1/protected", 32) }
