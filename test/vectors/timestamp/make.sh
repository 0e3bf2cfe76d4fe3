#!/bin/sh
# Makes these files anew with OpenSSL 3: keys live in a temporary folder that is removed at the end.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > ca.cnf <<'CNF'
[req]
distinguished_name = name
prompt = no
[name]
O = Example
CN = Example root for timestamps
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[issuing]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[authority]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CNF

printf 'countersign timestamp vector\n' > data
openssl ecparam -name prime256v1 -genkey -noout -out root.key
openssl req -x509 -new -key root.key -config ca.cnf -extensions root -days 36500 -sha256 -out root.pem
openssl ecparam -name secp384r1 -genkey -noout -out issuing.key
openssl req -new -key issuing.key -subj '/O=Example/CN=Example issuing authority' -out issuing.csr
openssl x509 -req -in issuing.csr -CA root.pem -CAkey root.key -set_serial 2 -extfile ca.cnf -extensions issuing -days 36500 -sha384 -out issuing.pem

# name, key, digest, digest of the certificate reference, issuer, further certificates
make() {
  case $2 in
    rsa) openssl genrsa -out "$1.key" 2048 2>/dev/null ;;
    *) openssl ecparam -name "$2" -genkey -noout -out "$1.key" ;;
  esac
  openssl req -new -key "$1.key" -subj "/O=Example/CN=Example timestamps $1" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA "$5.pem" -CAkey "$5.key" -set_serial 0x1000000000000007 -extfile ca.cnf -extensions authority -days 36500 -sha256 -out "$1.pem"
  echo 01 > serial
  cat > "$1.cnf" <<CNF
[tsa]
serial = $work/serial
default_policy = 1.3.6.1.4.1.32473.1
digests = sha256, sha512
signer_digest = $3
accuracy = secs:1, millisecs:500, microsecs:100
clock_precision_digits = 3
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = $4
CNF
  openssl ts -query -data data -sha256 -cert -out "$1.tsq" 2>/dev/null
  openssl ts -reply -config "$1.cnf" -section tsa -queryfile "$1.tsq" -inkey "$1.key" -signer "$1.pem" ${6:+-chain "$6"} -out "$1.tsr" 2>/dev/null
}
make rsa-sha256 rsa sha256 sha256 root ''
make rsa-sha512 rsa sha512 sha512 root ''
make ecdsa-p256 prime256v1 sha256 sha256 root ''
make ecdsa-p384 secp384r1 sha384 sha256 root ''
make version1-reference prime256v1 sha256 sha1 root ''
make through-issuing prime256v1 sha256 sha256 issuing issuing.pem
openssl ts -query -data data -sha512 -cert -out sha512-imprint.tsq 2>/dev/null
openssl ts -reply -config ecdsa-p256.cnf -section tsa -queryfile sha512-imprint.tsq -inkey ecdsa-p256.key -signer ecdsa-p256.pem -out sha512-imprint.tsr 2>/dev/null
openssl ts -query -data data -sha256 -cert -tspolicy 1.3.6.1.4.1.32473.99 -out refused.tsq 2>/dev/null
openssl ts -reply -config ecdsa-p256.cnf -section tsa -queryfile refused.tsq -inkey ecdsa-p256.key -signer ecdsa-p256.pem -out refused.tsr 2>/dev/null
openssl ts -query -data data -sha256 -out no-certificate.tsq 2>/dev/null
openssl ts -reply -config ecdsa-p256.cnf -section tsa -queryfile no-certificate.tsq -inkey ecdsa-p256.key -signer ecdsa-p256.pem -out no-certificate.tsr 2>/dev/null
cp data root.pem *.tsq *.tsr "$here"
