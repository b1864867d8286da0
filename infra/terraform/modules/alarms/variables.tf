variable "prefix" {
  description = "What names start with."
  type        = string
}

variable "topic_arn" {
  description = "Topic that is told when an alarm begins and ends."
  type        = string
}

variable "alarms" {
  description = "Alarms by name: metrics by id (one, or several under an `expression`), a threshold that is exceeded (or, with `below`, undercut) for so many periods of so many seconds, what silence means, and the region where not this one."
  type = map(object({
    description = string
    threshold   = number
    below       = optional(bool, false)
    periods     = optional(number, 3)
    seconds     = optional(number, 60)
    missing     = optional(string, "notBreaching")
    expression  = optional(string)
    region      = optional(string)
    metrics = map(object({
      namespace  = string
      name       = string
      stat       = string
      dimensions = map(string)
    }))
  }))

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : alarm.expression != null || length(alarm.metrics) == 1])
    error_message = "Without an expression an alarm looks at exactly one metric."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : contains(["missing", "ignore", "breaching", "notBreaching"], alarm.missing)])
    error_message = "Missing data is missing, ignore, breaching or notBreaching."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : length(alarm.description) >= 10])
    error_message = "Whoever is woken needs a sentence."
  }
}
