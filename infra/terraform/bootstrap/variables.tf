variable "project" {
  description = "First part of every name; the same as in the suite."
  type        = string
  default     = "slipway"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,9}$", var.project))
    error_message = "The project is 2 to 10 lower-case letters and digits, a letter first."
  }
}

variable "account_id" {
  description = "Account to prepare; credentials of another one are refused."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account id has twelve digits."
  }
}

variable "region" {
  description = "Region of the state."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region is written like eu-west-1."
  }
}

variable "github_repository" {
  description = "Repository whose workflows deploy, as its identity tokens name it: owner/name, or owner@id/name@id for one made or renamed since July 2026; null makes no roles for GitHub."
  type        = string
  default     = null

  validation {
    condition     = var.github_repository == null || can(regex("^([A-Za-z0-9-]+/[A-Za-z0-9._-]+|[A-Za-z0-9-]+@[0-9]+/[A-Za-z0-9._-]+@[0-9]+)$", var.github_repository))
    error_message = "A repository is written owner/name or, with both ids, owner@123/name@456; without *."
  }
}

variable "github_is_known" {
  description = "Whether the account has GitHub's identity provider already, with the audience sts.amazonaws.com; an account has one."
  type        = bool
  default     = false
}

variable "environments" {
  description = "Environments that live in this account, each with the branch it is deployed from, whether it may run EC2 machines of its own (`machines` in the suite) and services as functions (`compute`), and between which regions its images are copied (those of `regions`)."
  type = map(object({
    branch    = optional(string, "main")
    machines  = optional(bool, false)
    functions = optional(bool, false)
    copies    = optional(object({ from = string, to = set(string) }))
  }))

  validation {
    condition     = length(var.environments) > 0 && alltrue([for name in keys(var.environments) : can(regex("^[a-z][a-z0-9]{1,7}$", name))])
    error_message = "At least one environment; a name has 2 to 8 lower-case letters and digits, a letter first."
  }

  validation {
    condition = alltrue([for environment in values(var.environments) : environment.copies == null || try(
      length(environment.copies.to) > 0 && !contains(environment.copies.to, environment.copies.from) &&
      alltrue([for region in setunion(environment.copies.to, [environment.copies.from]) : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))]), false
    )])
    error_message = "Images are copied from one region to others, each written like eu-central-1."
  }

  validation {
    condition     = length(setintersection(keys(var.environments), ["github", "state"])) == 0
    error_message = "An environment cannot be called github or state: that is how bootstrap's own things are called."
  }
}
