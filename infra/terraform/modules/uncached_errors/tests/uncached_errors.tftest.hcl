run "what_a_service_refuses_or_cannot_do_is_not_kept" {
  command = plan

  assert {
    condition     = length(setsubtract([403, 404, 500, 502, 503, 504], output.codes)) == 0
    error_message = "A service's own answers are kept."
  }
}
