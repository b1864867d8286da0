#!/bin/sh
# Removes from the virtual environment $1 what no service uses: the descriptions of three hundred AWS services
# out of which a service calls five, source maps of the documentation page, other databases' dialects, packages' own tests.
set -eu
site=$(echo "$1"/lib/python3.*/site-packages)
find "$site/botocore/data" -mindepth 1 -maxdepth 1 -type d \
  ! -name dynamodb ! -name s3 ! -name sns ! -name sqs ! -name sts -exec rm -rf {} +
find "$site/boto3/data" "$site/boto3/examples" -mindepth 1 -maxdepth 1 -exec rm -rf {} + 2>/dev/null || true
find "$site/swagger_ui_bundle" -name '*.map' -delete
find "$site/swagger_ui_bundle" -name 'swagger-ui-es-bundle*' -delete
find "$site/swagger_ui_bundle" -name 'swagger-ui.js' -delete
find "$site" -type d \( -name tests -o -name test \) -prune -exec rm -rf {} +
rm -rf "$site"/sqlalchemy/testing "$site"/alembic/testing \
  "$site"/sqlalchemy/dialects/mssql "$site"/sqlalchemy/dialects/mysql "$site"/sqlalchemy/dialects/oracle
