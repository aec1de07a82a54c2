package main

import "fmt"

// flashes is how often the light flashes within so many seconds.
func flashes(seconds, period int) int {
	return seconds / period
}

func main() {
	fmt.Println(flashes(60, 5))
}
