# Who may do what: the manifests' permissions, with this environment's names.

locals {
  # A condition's value is one string or several in a manifest, always several here.
  permissions = { for name, service in local.services : name => [
    for permission in service.granted : {
      allow = permission.allow
      on    = permission.on
      when = permission.when == null ? null : {
        for test, keys in permission.when : test => { for key, value in keys : key => flatten([value]) }
      }
    }
  ] }

  assumed_roles = merge([for name, service in local.services : {
    for role in service.assumed_roles : role.name => {
      service      = name
      web_identity = role.web_identity
      permissions = [for permission in role.permissions : {
        allow = permission.allow
        on    = permission.on
        when = permission.when == null ? null : {
          for test, keys in permission.when : test => { for key, value in keys : key => flatten([value]) }
        }
      }]
    }
  }]...)

  issuer_url = var.issuer.url != null ? var.issuer.url : "https://${lookup(local.hosts, local.issuer_service, "")}"

  issuer = {
    url  = local.issuer_url
    host = trimprefix(local.issuer_url, "https://")
    jwks_url = coalesce(
      var.issuer.jwks_url,
      var.inner_names ? "http://${replace(local.issuer_service, "_", "-")}.internal:${try(local.services[local.issuer_service].port, 0)}/.well-known/jwks.json" : "${local.issuer_url}/.well-known/jwks.json",
    )
  }
}

module "task_identity" {
  source   = "../modules/task_identity"
  for_each = local.services

  service        = each.key
  names          = local.names
  permissions    = local.permissions[each.key]
  key_arn        = module.data_key.arn
  boundary_arn   = local.boundary_arn
  repository_arn = module.registry[each.key].arn
  log_group_arns = [for role in keys(each.value.roles) : "${local.log_group_arn}/${local.prefix}${each.key}/${role}"]
  secret_arns    = { for variable, secret in local.secrets[each.key] : variable => secret.arn }
  function       = lookup(local.function_reads, each.key, null)

  shell               = var.shell
  shell_log_group_arn = "${local.log_group_arn}/${local.name}/exec"
}

module "assumed_role" {
  source   = "../modules/assumed_role"
  for_each = local.assumed_roles

  name             = each.key
  service          = each.value.service
  service_role_arn = module.task_identity[each.value.service].task_role_arn
  names            = local.names
  permissions      = each.value.permissions
  key_arn          = module.data_key.arn
  boundary_arn     = local.boundary_arn
  web_identity     = each.value.web_identity ? { issuer_host = module.identity_provider[0].issuer_host, audience = var.issuer.audience } : null
}

module "identity_provider" {
  source = "../modules/identity_provider"
  count  = anytrue([for role in values(local.assumed_roles) : role.web_identity]) ? 1 : 0

  issuer_host = local.issuer.host
  audience    = var.issuer.audience
}
