variable "prefix" {
  description = "What names start with."
  type        = string
}

variable "environment" {
  description = "Environment whose cost is watched, as its tag names it."
  type        = string
}

variable "topic_arn" {
  description = "Topic that is told."
  type        = string
}

variable "monthly_budget_usd" {
  description = "What a month may cost, in US dollars; told at 80 % spent and at 100 % foreseen."
  type        = number

  validation {
    condition     = var.monthly_budget_usd > 0
    error_message = "A budget is more than nothing."
  }
}
