package sandbox

import "context"

// ProbeReport is what the probe found.
type ProbeReport struct{}

// Probe runs the probe once.
func (e *Engine) Probe(ctx context.Context) (ProbeReport, error) { return ProbeReport{}, nil }
