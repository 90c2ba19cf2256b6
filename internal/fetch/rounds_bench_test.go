package fetch_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/dombuild/dombuild/internal/fetch"
)

// benchRounds has fetch and curl do the same in turn, so that both meet the same
// machine, and says the medians: of wall and processor milliseconds, and of
// curl's wall time of a round through fetch's. curl has 8, 16 or 50 connections
// (its default). Who begins changes from round to round, and so does who follows whom.
func benchRounds(b *testing.B, in string, requests []fetch.Request) {
	type way struct {
		name      string
		who       int
		run       func(dir string)
		wall, cpu []float64 // milliseconds
		ratio     []float64
	}
	ways := []*way{{name: "fetch", who: unix.RUSAGE_SELF, run: func(dir string) { fetchOnce(b, dir, requests) }}}
	for _, n := range []int{8, 16, 50} {
		run := func(dir string) { curlOnce(b, dir, requests, n, "") }
		ways = append(ways, &way{name: fmt.Sprint("curl", n), who: unix.RUSAGE_CHILDREN, run: run})
	}
	for round := 0; b.Loop(); round++ {
		for i := range ways {
			if round%2 == 1 {
				i = len(ways) - 1 - i
			}
			w := ways[(round/2+i)%len(ways)]
			wall, cpu := benchOnce(b, in, w.who, w.run)
			w.wall, w.cpu = append(w.wall, wall), append(w.cpu, cpu)
		}
		for _, w := range ways {
			w.ratio = append(w.ratio, w.wall[round]/ways[0].wall[round])
		}
	}
	for _, w := range ways {
		b.ReportMetric(median(w.wall), w.name+"-ms")
		b.ReportMetric(median(w.cpu), w.name+"-cpu-ms")
		if w != ways[0] {
			b.ReportMetric(median(w.ratio), w.name+"/fetch")
		}
	}
	b.ReportMetric(0, "ns/op") // of all of them together: of no use
}

// benchOnce is the wall and processor time of one run in an empty directory, in milliseconds.
func benchOnce(b *testing.B, in string, who int, run func(dir string)) (wall, used float64) {
	dir, err := os.MkdirTemp(in, "round-*")
	if err != nil {
		b.Fatal(err)
	}
	before, start := cpu(b, who), time.Now()
	run(dir)
	wall, used = time.Since(start).Seconds()*1e3, float64(cpu(b, who)-before)/1e6
	empty(b, dir)
	return wall, used
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
