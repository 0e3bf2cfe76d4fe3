#!/bin/sh
# Has OpenSSL verify every timestamp of a log's folder: `verify-timestamps.sh FOLDER`, with FOLDER as `countersign export` writes it.
# Ends with 1 when one does not verify, or when there is none.
set -eu
folder=$1
good=0
bad=0
for token in "$folder"/checkpoints/*.tsr; do
  [ -e "$token" ] || continue
  if openssl ts -verify -data "${token%.tsr}" -in "$token" -CAfile "$folder/tsa.pem" >/dev/null 2>&1; then
    good=$((good + 1))
  else
    bad=$((bad + 1))
    echo "does not verify: $token"
  fi
done
echo "$(openssl version): $good verify, $bad do not"
[ "$bad" -eq 0 ] && [ "$good" -gt 0 ]
