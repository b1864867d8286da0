variable "groups" {
  description = "Log groups by the name their metric starts with."
  type        = map(string)
}

variable "namespace" {
  description = "Namespace of the metrics."
  type        = string

  validation {
    condition     = !startswith(var.namespace, "AWS/")
    error_message = "AWS/ is for AWS."
  }
}
