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

variable "zone_id" {
  description = "Zone of the records."
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
