package main

import (
	"strings"
	"testing"

	"rollcheck/data/catalogue"
	"rollcheck/hashing"
)

// No dataset is taken for one of an incident that was withdrawn.
func TestRetiredIncident(t *testing.T) {
	t.Parallel()
	info := hashing.DatasetInfo{ID: "d"}
	err := setIncident(&info, &catalogue.Incident{ID: "us-xx-2020", Title: "A mistake", Retired: true})
	if err == nil || !strings.Contains(err.Error(), `"us-xx-2020" was withdrawn`) || !strings.Contains(hintOf(err), "rollcheck incidents show us-xx-2020") {
		t.Errorf("error %v, hint %q", err, hintOf(err))
	}
	if info.Incident != "" || info.Title != "" {
		t.Errorf("the dataset is taken for one of %q, %q", info.Incident, info.Title)
	}
}
