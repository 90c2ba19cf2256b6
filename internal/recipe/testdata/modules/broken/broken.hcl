package "x" {
  script = "a" "b" # ERROR: Missing newline after argument
}
