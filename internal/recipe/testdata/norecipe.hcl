# ERROR anywhere: Missing recipe block; No file in
locals {
  a = 1
}
