#!/bin/sh
# Makes certificates and API keys for a Temporal that checks both (docs/access.md).
#
#   deploy/secured/issue.sh secrets/access             for all; run it again to renew all
#   deploy/secured/issue.sh secrets/access page        for the page only
#
# In the folder are then:
#   ca/         the keys of both CAs, and the keys that sign API keys: these make everything anew
#   temporal/   what the server needs
#   worker/ page/ desk/ inbound/ files/ audit/ operator/ ui/  what each of these needs
#
# CERTIFICATE_DAYS and API_KEY_DAYS are how long they are valid, NAMESPACE is where the API keys
# hold, TEMPORAL_NAMES are further names of the server, such as DNS:temporal.internal.
#
# Run it as root: then a group can read the files, and no other user. ACCESS_GROUP names it; 10072 is
# the one to which deploy/secured/docker-compose.yml adds every container, whose users differ. If
# another user runs it, only that user can read the files.
set -eu
umask 077
out=${1:?name the folder, such as secrets/access}
shift
client="${PYTHON:-.venv/bin/python} ${CLIENT:-client.py}"
days=${CERTIFICATE_DAYS:-30}
namespace=${NAMESPACE:-default}
names="DNS:temporal,DNS:localhost,IP:127.0.0.1${TEMPORAL_NAMES:+,$TEMPORAL_NAMES}"
if [ -e "$out/temporal/nodes-ca.pem" ] && [ ! -e "$out/ca/nodes-ca.key" ]; then
    echo "$out/ca is away: bring it back first, or everything would be replaced at once" >&2
    exit 2
fi
group=
mode=400
if [ "$(id -u)" = 0 ]; then
    group=${ACCESS_GROUP:-10072}
    mode=440
fi
mkdir -p "$out/ca" "$out/temporal"
work=$(mktemp -d "$out/ca/work.XXXXXX")
trap 'rm -rf "$work"' EXIT

quietly() { # COMMAND...: show what it says only if it fails
    "$@" > "$work/said" 2>&1 || {
        cat "$work/said" >&2
        exit 1
    }
}

authority() { # NAME: a CA, once
    [ -e "$out/ca/$1.pem" ] && return
    quietly openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
        -subj "/CN=case72 $1" -addext keyUsage=critical,keyCertSign,cRLSign \
        -keyout "$out/ca/$1.key" -out "$out/ca/$1.pem"
}

certificate() { # CA NAME ALTERNATIVE-NAMES FILE: a certificate with its key
    quietly openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" \
        -addext "subjectAltName=$3" -keyout "$work/key" -out "$work/csr"
    quietly openssl x509 -req -in "$work/csr" -CA "$out/ca/$1.pem" -CAkey "$out/ca/$1.key" \
        -days "$days" -copy_extensions copy -out "$work/pem"
    # They are one file, so that nobody finds a new certificate beside an old key.
    cat "$work/pem" "$work/key" > "$4.new"
    put "$4"
}

put() { # FILE: put FILE.new in its place, at once
    [ -z "$group" ] || chgrp "$group" "$1.new"
    chmod "$mode" "$1.new"
    mv -f "$1.new" "$1"
}

copy() { # FROM TO
    cp "$1" "$2.new"
    put "$2"
}

program() { # NAME RIGHT: a certificate, and an API key if it has a right of its own
    mkdir -p "$out/$1"
    certificate clients-ca "$1" "DNS:$1" "$out/$1/client.pem"
    copy "$out/ca/nodes-ca.pem" "$out/$1/ca.pem"
    [ -n "$2" ] || return 0
    [ -e "$out/ca/$1.jwk" ] || $client access signing-key "$out/ca/$1.jwk"
    $client access key-set "$out"/ca/*.jwk > "$out/temporal/jwks.json.new"
    put "$out/temporal/jwks.json"
    $client access api-key "$out/ca/$1.jwk" --for "$1" --may "$2" --namespace "$namespace" \
        --days "${API_KEY_DAYS:-30}" > "$out/$1/api-key.new"
    put "$out/$1/api-key"
}

# Two CAs, so that no client can pass for a node: a node may do everything.
authority nodes-ca
authority clients-ca
[ $# -gt 0 ] || set -- temporal worker page desk inbound files audit operator ui
for name; do
    case $name in
    temporal)
        copy "$out/ca/nodes-ca.pem" "$out/temporal/nodes-ca.pem"
        # A CA that was replaced is trusted until the next time. It has a file of its own, since the
        # server sees no change behind the first certificate of a file.
        current="$out/temporal/clients-ca.pem"
        [ -e "$current" ] || copy "$out/ca/clients-ca.pem" "$current"
        copy "$current" "$out/temporal/clients-ca-before.pem"
        copy "$out/ca/clients-ca.pem" "$current"
        certificate nodes-ca temporal-node DNS:temporal-node "$out/temporal/node.pem"
        certificate nodes-ca temporal "$names" "$out/temporal/frontend.pem"
        ;;
    worker | page | desk | inbound) program "$name" write ;;
    files | audit) program "$name" read ;;
    operator) program operator admin ;;
    ui) program ui "" ;; # whoever signs in there has an API key of their own
    *)
        echo "there is nobody called $name" >&2
        exit 2
        ;;
    esac
done
chmod 711 "$out" "$out"/*
chmod 700 "$out/ca"
