variable "services" {
  description = "Folder that holds one folder per service, each with its `service.yaml`."
  type        = string

  validation {
    condition     = length(fileset(var.services, "*/service.yaml")) > 0
    error_message = "There is no */service.yaml below this folder: it is not the services folder."
  }

  validation {
    condition = alltrue([for path in fileset(var.services, "*/service.yaml") : can([
      for manifest in [yamldecode(file("${var.services}/${path}"))] : [manifest.name, manifest.description, manifest.subdomain, keys(manifest.roles)]
    ])])
    error_message = "Not a manifest, or without name, description, subdomain or roles: ${join(", ", [for path in fileset(var.services, "*/service.yaml") : path if !can([
      for manifest in [yamldecode(file("${var.services}/${path}"))] : [manifest.name, manifest.description, manifest.subdomain, keys(manifest.roles)]
    ])])}. `./slipway manifest check` says more."
  }

  validation {
    condition     = alltrue([for path in fileset(var.services, "*/service.yaml") : can(regex("^[a-z][a-z0-9_]{1,20}$", dirname(path)))])
    error_message = "A service's name has 2 to 21 lower-case letters, digits and underscores, a letter first, because names in AWS are made of it. Not so: ${join(", ", [for path in fileset(var.services, "*/service.yaml") : dirname(path) if !can(regex("^[a-z][a-z0-9_]{1,20}$", dirname(path)))])}."
  }
}
