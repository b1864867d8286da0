variable "context" {
  description = "What all modules of an environment are told, of which this one reads: what names start with, region."
  type = object({
    prefix = string
    region = string
  })
}

variable "domain" {
  description = "Domain that mail is sent as."
  type        = string
}

variable "zone_id" {
  description = "Zone of the records."
  type        = string
}

variable "mail_from" {
  description = "First label of the host that mails' bounces go to; each region that sends has its own."
  type        = string
  default     = "bounce"
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
