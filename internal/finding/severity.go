package finding

import "fmt"

// Severity says how bad a finding is. The zero value is none and not valid.
type Severity uint8

// Severities, which compare as numbers.
const (
	Note Severity = iota + 1
	Low
	Medium
	High
	Critical
)

var severityNames = [...]string{Note: "note", Low: "low", Medium: "medium", High: "high", Critical: "critical"}

// Severities returns all severities, worst first.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low, Note} }

// ParseSeverity reads "note", "low", "medium", "high" or "critical".
func ParseSeverity(s string) (Severity, error) {
	for _, v := range Severities() {
		if v.String() == s {
			return v, nil
		}
	}
	return 0, fmt.Errorf("severity %q is none of critical, high, medium, low, note", s)
}

func (s Severity) valid() bool { return s >= Note && s <= Critical }

func (s Severity) String() string {
	if !s.valid() {
		return fmt.Sprintf("severity(%d)", uint8(s))
	}
	return severityNames[s]
}

// MarshalText writes the severity's name.
func (s Severity) MarshalText() ([]byte, error) {
	if !s.valid() {
		return nil, fmt.Errorf("%s is not a severity", s)
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (s *Severity) UnmarshalText(text []byte) error {
	v, err := ParseSeverity(string(text))
	if err != nil {
		return err
	}
	*s = v
	return nil
}
