# CloudFront keeps an error for ten seconds, by its address and for everybody, whatever a behaviour caches: who has just been
# refused would be refused again, and what has just been made would stay away. Each distribution forgets these at once.

locals {
  # All that it keeps: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
  codes = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]
}
