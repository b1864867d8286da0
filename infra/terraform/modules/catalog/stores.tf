# What each service keeps.

locals {
  stores = {
    for name, raw in local.raw : name => {
      postgres = try(raw.stores.postgres, null) == null ? null : {
        database = raw.stores.postgres.database
        env      = try(raw.stores.postgres.env, "DATABASE_URL")
      }
      redis = try(raw.stores.redis, null) == null ? null : {
        env = try(raw.stores.redis.env, "REDIS_URL")
      }
      tables = [
        for table in try(raw.stores.tables, []) : {
          name      = table.name
          env       = table.env
          partition = table.partition
          sort      = try(table.sort, null)
          indexes = [
            for index in try(table.indexes, []) : {
              name      = index.name
              partition = index.partition
              sort      = try(index.sort, null)
              local     = try(index.local, false)
            }
          ]
          ttl    = try(table.ttl, null)
          stream = try(table.stream, null)
        }
      ]
      buckets = [
        for bucket in try(raw.stores.buckets, []) : {
          name            = bucket.name
          env             = bucket.env
          notify_topic    = try(bucket.notify_topic, null)
          notify_prefix   = try(bucket.notify_prefix, "")
          browser_uploads = try(bucket.browser_uploads, false)
          expire_days     = try(bucket.expire_days, null)
          delivers = [
            for prefix in try(bucket.delivers, []) :
            { prefix = prefix.prefix, access = prefix.access, seconds = try(prefix.seconds, 31536000) }
          ]
        }
      ]
    }
  }
}
