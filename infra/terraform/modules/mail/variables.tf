variable "prefix" {
  description = "What names start with."
  type        = string
}

variable "domain" {
  description = "Domain that mail is sent as."
  type        = string
}

variable "zone_id" {
  description = "Zone of the records."
  type        = string
}

variable "region" {
  description = "Region that sends."
  type        = string
}

variable "events_topic_arn" {
  description = "Topic that is told of bounces and complaints."
  type        = string
}

variable "told_topic_arns" {
  description = "Topics that are told what becomes of each mail; one at the most."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.told_topic_arns) <= 1
    error_message = "One topic at the most is told what becomes of each mail."
  }
}

variable "dmarc" {
  description = "Whether the policy for receivers (DMARC) is made here; false where the zone has one."
  type        = bool
  default     = true
}
