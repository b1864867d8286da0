variable "prefix" {
  description = "What names start with."
  type        = string
}

variable "region" {
  description = "Region; null is the provider's."
  type        = string
  default     = null
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "services" {
  description = "Services by name: the port of the web role (null for none) and the stores they use."
  type = map(object({
    port     = optional(number)
    postgres = optional(bool, false)
    redis    = optional(bool, false)
  }))
}

variable "open_to" {
  description = "Who may reach the load balancer: the `internet`, or only `cloudfront`."
  type        = string

  validation {
    condition     = contains(["internet", "cloudfront"], var.open_to)
    error_message = "open_to is internet or cloudfront."
  }
}

variable "cloudfront_prefix_list_id" {
  description = "Prefix list of CloudFront's addresses in this region; null looks it up."
  type        = string
  default     = null
}

variable "health_checks" {
  description = "Whether Route 53 looks whether the load balancer answers, which `open_to` lets in or not."
  type        = bool
  default     = false
}

variable "internet" {
  description = "Whether tasks may call the internet by HTTPS (there is a NAT gateway)."
  type        = bool
}

variable "inner_names" {
  description = "Whether services call one another by their inner names."
  type        = bool
  default     = false
}

variable "machines" {
  description = "Whether tasks run on machines of our own too."
  type        = bool
  default     = false
}

variable "gateway_prefix_lists" {
  description = "Prefix lists of the gateway endpoints, by a name for each."
  type        = map(string)
  default     = {}
}
