package finding

// What of SARIF 2.1.0 is written. Section numbers are those of the standard.

// sarifSchema is where OASIS publishes the schema of the errata.
const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// 3.13
type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

// 3.14
type sarifRun struct {
	Tool              sarifTool               `json:"tool"`
	AutomationDetails *sarifAutomationDetails `json:"automationDetails,omitempty"`
	Invocations       []sarifInvocation       `json:"invocations"`
	ColumnKind        string                  `json:"columnKind"`
	LogicalLocations  []sarifLogical          `json:"logicalLocations,omitempty"`
	Properties        map[string]any          `json:"properties,omitempty"`
	Results           []sarifResult           `json:"results"` // last: see writeList
}

// 3.17
type sarifAutomationDetails struct {
	ID string `json:"id"`
}

// 3.18
type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

// 3.19
type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

// 3.20
type sarifInvocation struct {
	ExecutionSuccessful bool              `json:"executionSuccessful"`
	Properties          map[string]string `json:"properties,omitempty"`
}

// 3.49
type sarifRule struct {
	ID                   string             `json:"id"`
	Name                 string             `json:"name,omitempty"`
	ShortDescription     sarifText          `json:"shortDescription"`
	FullDescription      sarifText          `json:"fullDescription"`
	Help                 sarifText          `json:"help"`
	DefaultConfiguration sarifConfiguration `json:"defaultConfiguration"`
	Properties           map[string]any     `json:"properties,omitempty"`
}

// 3.12, and 3.11 as far as it is the same
type sarifText struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

// 3.50
type sarifConfiguration struct {
	Level string `json:"level"`
}

// 3.27
type sarifResult struct {
	RuleID              string             `json:"ruleId"`
	RuleIndex           int                `json:"ruleIndex"`
	Level               string             `json:"level"`
	Message             sarifText          `json:"message"`
	Locations           []sarifLocation    `json:"locations,omitempty"`
	RelatedLocations    []sarifLocation    `json:"relatedLocations,omitempty"`
	PartialFingerprints sarifFingerprints  `json:"partialFingerprints"`
	BaselineState       string             `json:"baselineState,omitempty"`
	Suppressions        []sarifSuppression `json:"suppressions"`
	Properties          sarifProperties    `json:"properties"`
}

// sarifFingerprints are 3.27.17. The second is the one name that code scanning
// viewers know.
type sarifFingerprints struct {
	Ours        string `json:"dombuild/v1"`
	PrimaryLine string `json:"primaryLocationLineHash"`
}

// sarifProperties are what of a finding has no place of its own in a result.
type sarifProperties struct {
	Severity Severity `json:"severity"`
	Subject  string   `json:"subject,omitempty"`
	Remedy   string   `json:"remedy,omitempty"`
	Evidence []string `json:"evidence,omitempty"`
}

// 3.28
type sarifLocation struct {
	ID               *int           `json:"id,omitempty"`
	PhysicalLocation *sarifPhysical `json:"physicalLocation,omitempty"`
	LogicalLocations []sarifLogical `json:"logicalLocations,omitempty"`
	Message          *sarifText     `json:"message,omitempty"`
	Properties       *sarifPosition `json:"properties,omitempty"`
}

// 3.29
type sarifPhysical struct {
	ArtifactLocation sarifArtifactLocation `json:"artifactLocation"`
	Region           *sarifRegion          `json:"region,omitempty"`
}

// 3.4
type sarifArtifactLocation struct {
	URI       string `json:"uri"`
	URIBaseID string `json:"uriBaseId,omitempty"`
}

// 3.30
type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn,omitempty"`
	EndLine     int `json:"endLine,omitempty"`
}

// sarifPosition is a line in something that is not the physical location.
type sarifPosition struct {
	Line    int `json:"line"`
	Column  int `json:"column,omitempty"`
	EndLine int `json:"endLine,omitempty"`
}

// 3.33
type sarifLogical struct {
	Index              *int   `json:"index,omitempty"` // in a result: of the same in the run
	Name               string `json:"name"`
	FullyQualifiedName string `json:"fullyQualifiedName"`
	Kind               string `json:"kind"`
	ParentIndex        *int   `json:"parentIndex,omitempty"`
}

// 3.35
type sarifSuppression struct {
	Kind          string         `json:"kind"`
	Status        string         `json:"status"`
	Justification string         `json:"justification"`
	Location      *sarifLocation `json:"location,omitempty"`
	Properties    map[string]any `json:"properties"`
}
