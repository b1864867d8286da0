"""Each user's own files: uploads straight to S3, thumbnails, listing, deletion."""
