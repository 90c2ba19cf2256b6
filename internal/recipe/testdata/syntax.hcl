recipe "test" {
  version = "1"
}

package "a" {
  script = "x" "y" # ERROR: Missing newline after argument
}
