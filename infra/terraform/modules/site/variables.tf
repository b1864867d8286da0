variable "prefix" {
  description = "What names start with."
  type        = string
}

variable "domain" {
  description = "The domain; the web app is at it and at app. below it."
  type        = string
}

variable "bucket_domain_name" {
  description = "Address under which CloudFront reads the app's bucket."
  type        = string
}

variable "services" {
  description = "Origin host of each service that pages call as `/api/<service>/…`."
  type        = map(string)
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

variable "content_security_policy" {
  description = "What the app's pages may load, unless a response says otherwise."
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

variable "apex" {
  description = "Whether the domain itself leads to the web app; false where the zone has a record of its own for it."
  type        = bool
  default     = true
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
