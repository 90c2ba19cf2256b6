module "again" {
  source = "../loop" # ERROR: This directory is read again by a module in it: module.loop → module.loop.module.again.
}
