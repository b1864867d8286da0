variable "prefix" {
  description = "What names start with."
  type        = string
}

variable "hosts" {
  description = "Host names of the services."
  type        = list(string)
}

variable "origin_host" {
  description = "Name under which CloudFront finds the load balancer; its certificate covers it."
  type        = string
}

variable "origin_header" {
  description = "Header that shows the load balancer that a request came through CloudFront."
  type = object({
    name  = string
    value = string
  })
  sensitive = true
}

variable "certificate_arn" {
  description = "Certificate in us-east-1 that covers the host names."
  type        = string
}

variable "web_acl_arn" {
  description = "Web application firewall in front."
  type        = string
}

variable "price_class" {
  description = "Which edges serve: PriceClass_100, PriceClass_200 or PriceClass_All."
  type        = string
  default     = "PriceClass_100"

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "price_class is PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "log_destination_arn" {
  description = "Log delivery destination of access logs."
  type        = string
}

variable "cached" {
  description = "Beginnings of paths whose answers may be kept, where they allow it, each with the longest time in seconds."
  type        = map(number)
  default     = {}

  validation {
    condition     = length(var.cached) <= 24
    error_message = "CloudFront takes 25 behaviours: at most 24 paths can be kept."
  }
}

variable "groups" {
  description = "By such a path and by host: the query parameter that names a caller, the one that names the caller's group in its place, and how many groups there are."
  type = map(map(object({
    parameter = string
    group     = string
    count     = number
  })))
  default = {}

  validation {
    condition     = length(setsubtract(keys(var.groups), keys(var.cached))) == 0
    error_message = "Callers are grouped where answers are kept."
  }
}

variable "read_timeout" {
  description = "How many seconds the services' answers may take."
  type        = number
  default     = 60

  validation {
    condition     = var.read_timeout >= 1 && var.read_timeout <= 60
    error_message = "CloudFront waits from 1 to 60 seconds, without a quota that has been raised."
  }
}

variable "elsewhere" {
  description = "Hosts that the load balancer does not have, each with the name at which CloudFront finds it."
  type        = map(string)
  default     = {}
}
