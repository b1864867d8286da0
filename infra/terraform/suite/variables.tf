# What an environment is: where, under which name, how much of it. Sizes are in variables_sizes.tf.

variable "project" {
  description = "First part of every name."
  type        = string
  default     = "slipway"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,9}$", var.project))
    error_message = "The project is 2 to 10 lower-case letters and digits, a letter first."
  }

  validation {
    condition     = !can(regex("^(aws|ssm|internal$|sthree$)", var.project))
    error_message = "AWS keeps names that start with aws or ssm, internal- or sthree- for itself."
  }
}

variable "environment" {
  description = "Name of the environment: dev, staging, prod or another short word; the second part of every name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,7}$", var.environment))
    error_message = "The environment is 2 to 8 lower-case letters and digits, a letter first, for example dev."
  }
}

variable "account_id" {
  description = "Account the environment belongs to; an apply with another account's credentials is refused. Null takes whichever account the credentials are of."
  type        = string
  default     = null

  validation {
    condition     = var.account_id == null || can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "region" {
  description = "Region of everything but CloudFront's certificate and firewall, which live in us-east-1."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region is written like eu-west-1."
  }

  validation {
    condition     = !can(regex("^(cn|us-gov)-", var.region))
    error_message = "CloudFront's certificate and firewall live in us-east-1, which regions of China and GovCloud cannot use."
  }
}

variable "domain" {
  description = "Domain under which every service has its subdomain."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "A domain is written in lower case without scheme or final dot, for example example.com."
  }

  validation {
    condition     = length(var.domain) <= 64 && alltrue([for label in split(".", var.domain) : length(label) <= 63])
    error_message = "A certificate is for a domain of at most 64 characters."
  }
}

variable "zone_id" {
  description = "Existing Route 53 zone of the domain; null makes one."
  type        = string
  default     = null
}

variable "zone_keeps" {
  description = "Records that an existing zone has already and keeps: `apex` (the domain itself leads to another site), `dmarc` (the policy for mail)."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(setsubtract(var.zone_keeps, ["apex", "dmarc"])) == 0
    error_message = "A zone keeps apex or dmarc, or both."
  }

  validation {
    condition     = length(var.zone_keeps) == 0 || var.zone_id != null
    error_message = "Only a zone that is there already keeps records: give zone_id."
  }
}

variable "browser_origins" {
  description = "Other web origins whose pages may call the services, such as a mobile app's `capacitor://localhost`, besides the web app's."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for origin in var.browser_origins : can(regex("^[a-z][a-z0-9+.-]*://([a-z0-9.-]+|\\[[0-9a-f:]+\\])(:[1-9][0-9]*)?$", origin)) && !can(regex("^(http:.*:80|https:.*:443)$", origin))])
    error_message = "An origin is written as browsers send it: https://app.example.com, without path, usual port, capitals or *."
  }
}

variable "first_release" {
  description = "Image tags, by service, that a new environment begins with where the images are in its registry already; without one a service waits for its first deployment."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(keys(var.first_release), keys(local.services))) == 0
    error_message = "first_release names a service that has no folder: ${join(", ", setsubtract(keys(var.first_release), keys(local.services)))}."
  }
}

variable "services_path" {
  description = "Folder that holds the services' folders."
  type        = string
  default     = "../../../services"
  nullable    = false
}

variable "issuer" {
  description = "Whose access tokens are accepted: by default those of our own `service` (null: the one whose manifest says `issuer: true`); or another issuer (a Cognito user pool, say) by its address, that of its keys, and the profile of its tokens (`rfc9068` or `cognito`)."
  type = object({
    service  = optional(string)
    audience = optional(string, "slipway")
    profile  = optional(string, "rfc9068")
    url      = optional(string)
    jwks_url = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = (var.issuer.url == null) == (var.issuer.jwks_url == null)
    error_message = "Another issuer needs both its url and its jwks_url."
  }

  validation {
    condition     = can(regex("^[!-~]+$", var.issuer.audience))
    error_message = "An audience is what tokens are made for: a word without spaces, and not nothing."
  }

  validation {
    condition     = contains(["rfc9068", "cognito"], var.issuer.profile)
    error_message = "An issuer's tokens are of the profile rfc9068 or cognito."
  }

  validation {
    condition     = alltrue([for address in [var.issuer.url, var.issuer.jwks_url] : address == null || can(regex("^https://[a-z0-9-]+(\\.[a-z0-9-]+)+(:[0-9]+)?(/[^?# ]*)?$", address))])
    error_message = "An issuer is reached by https://, its host's full name and perhaps a path, for example https://issuer.example.com."
  }

  validation {
    condition     = var.issuer.url != null || contains(keys(local.hosts), try(coalesce(var.issuer.service, local.own_issuer), ""))
    error_message = "The issuer's service is a public service with a folder; or give another issuer's url and jwks_url."
  }
}

variable "network" {
  description = "The VPC: its /16, its zones by full name, NAT gateways (`per_az`, `single`, in `nat_zone` or the first by letter, `none`), interface endpoints (billed by hour and zone) and whether AWS watches encryption inside it (`none`, `monitor`, `enforce`)."
  type = object({
    cidr               = string
    zones              = list(string)
    nat                = string
    nat_zone           = optional(string)
    endpoints          = optional(set(string), [])
    encryption_control = optional(string, "none")
  })

  validation {
    condition     = alltrue([for zone in var.network.zones : startswith(zone, var.region)])
    error_message = "The zones belong to the region."
  }

  validation {
    condition     = var.network.nat != "none" || length(setsubtract(["ecr.api", "ecr.dkr", "kms", "logs", "secretsmanager", "sns", "sqs", "sts"], var.network.endpoints)) == 0
    error_message = "Without NAT the tasks reach AWS by endpoints only: ecr.api, ecr.dkr, kms, logs, secretsmanager, sns, sqs and sts are needed."
  }

  validation {
    condition     = var.network.nat != "none" || var.inner_names
    error_message = "Without NAT the services cannot reach the issuer's public address: set inner_names."
  }

  validation {
    condition     = var.network.nat != "none" || !var.shell || contains(var.network.endpoints, "ssmmessages")
    error_message = "Without NAT a shell in a container needs the endpoint ssmmessages."
  }
}

variable "open_to" {
  description = "Who may reach the load balancer: the `internet`, or only `cloudfront`, through which every service's host then goes."
  type        = string
  default     = "internet"
  nullable    = false

  validation {
    condition     = contains(["internet", "cloudfront"], var.open_to)
    error_message = "open_to is internet or cloudfront."
  }
}

variable "inner_names" {
  description = "Whether services call one another inside the network (ECS Service Connect, http://<service>.internal:<port>) instead of by their public addresses."
  type        = bool
  default     = false
  nullable    = false
}

variable "delivery_public_keys" {
  description = "Public keys (PEM, RSA 2048) whose private halves sign deliveries of private content, by name; none: private content is not delivered yet."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "delivery_signing_key" {
  description = "The one of those keys that the services sign with: its name, and the secret that has its private half (`./slipway edge-key make`). Null: nobody gets access to private content."
  type = object({
    name       = string
    secret_arn = string
  })
  default = null

  validation {
    condition     = var.delivery_signing_key == null || contains(keys(var.delivery_public_keys), try(var.delivery_signing_key.name, ""))
    error_message = "The key that signs is one of delivery_public_keys."
  }

  validation {
    condition     = var.delivery_signing_key == null || can(regex("^arn:[a-z-]+:secretsmanager:${var.region}:[0-9]{12}:secret:${var.project}-${var.environment}-", try(var.delivery_signing_key.secret_arn, "")))
    error_message = "The secret of the key that signs is one of this environment: arn:aws:secretsmanager:${var.region}:<account>:secret:${var.project}-${var.environment}-..."
  }
}

variable "service_settings" {
  description = "Further settings of services, by service and variable, as their READMEs list them: { media = { CLAMAV_HOST = \"clamd.internal\" } }. No secrets."
  type        = map(map(string))
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(keys(var.service_settings), keys(local.services))) == 0
    error_message = "service_settings names a service that has no folder: ${join(", ", setsubtract(keys(var.service_settings), keys(local.services)))}."
  }

  validation {
    condition     = alltrue([for name in flatten([for settings in values(var.service_settings) : keys(settings)]) : can(regex("^[A-Z][A-Z0-9_]*$", name)) && !startswith(name, "AWS_")])
    error_message = "A setting is written in capitals, and AWS_* is not one of a service."
  }
}

variable "content_security_policy" {
  description = "What the web app's pages may load; null allows the app, its services and the files they deliver."
  type        = string
  default     = null

  validation {
    condition     = var.content_security_policy == null || can(regex("^[ -~]+$", var.content_security_policy))
    error_message = "A content security policy is one line of plain characters, for example default-src 'self'."
  }
}

variable "notice_emails" {
  description = "Who is told of alarms and of the budget."
  type        = set(string)

  validation {
    condition     = length(var.notice_emails) > 0
    error_message = "Somebody has to be told when it burns: give at least one address."
  }
}

variable "monthly_budget_usd" {
  description = "What the environment may cost in a month, in US dollars."
  type        = number
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the load balancer, the databases and the tables, and buckets must be empty before they go."
  type        = bool
}

variable "shell" {
  description = "Whether people with the right may open a shell in running containers (ECS Exec)."
  type        = bool
  default     = false
  nullable    = false
}

variable "role_boundary" {
  description = "Whether every role is bounded by the policy `<project>-<environment>-boundary`, which bootstrap makes and without which GitHub's role makes no roles; false where bootstrap has not been."
  type        = bool
  default     = false
  nullable    = false
}
