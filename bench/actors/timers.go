package main

import "time"

func main() {
	bench(func() int {
		me := make(chan int, 1024)
		timers := make([]*time.Timer, 1000000)
		for i := range timers {
			i := i
			timers[i] = time.AfterFunc(time.Duration(i%1000)*time.Millisecond, func() { me <- i })
		}
		cancelled := 0
		for i := 1; i < len(timers); i += 2 {
			if timers[i].Stop() {
				cancelled++
			}
		}
		for left := len(timers) - cancelled; left > 0; left-- {
			<-me
		}
		return 1000000
	})
}
