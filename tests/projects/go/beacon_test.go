package main

import "testing"

func TestFlashes(t *testing.T) {
	if got := flashes(60, 5); got != 12 {
		t.Errorf("%d flashes, not 12", got)
	}
}
