run "reads" {
  command = plan
  variables {
    services = "../../../../services"
  }
}
