source "x" {
  local { path = "file" }
}
