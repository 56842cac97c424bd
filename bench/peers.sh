#!/bin/sh
# Runs the same workloads against Forewave and other brokers on this machine and prints a table; see bench/Forewave.Bench.Peers/README.md.
# Installs the brokers' packages when they are missing (Debian, as root), and keeps them from starting as services.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
policy=/usr/sbin/policy-rc.d

missing() {
    for package in nats-server rabbitmq-server redis-server; do
        dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || printf '%s ' "$package"
    done
}

install_peers() {
    placed=no
    if [ -e "$policy" ]; then
        # Somebody else's: it stays as it is, and has to refuse a start already.
        refused=0
        "$policy" nats-server start >/dev/null 2>&1 || refused=$?
        [ "$refused" -eq 101 ] || { echo "$policy is there and lets services start; install these yourself: $1" >&2; exit 1; }
    else
        placed=yes
        trap 'rm -f "$policy"' EXIT INT TERM
        printf '#!/bin/sh\nexit 101\n' > "$policy"
        chmod 755 "$policy"
    fi

    apt-get update -qq >&2
    # shellcheck disable=SC2086  # a list of packages
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $1 >&2
    if [ "$placed" = yes ]; then
        rm -f "$policy"
        trap - EXIT INT TERM
    fi
}

packages=$(missing)
if [ -n "$packages" ]; then
    if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
        echo "missing, and only root on a Debian can install them: $packages" >&2
        exit 1
    fi

    install_peers "$packages"
fi

dotnet build "$root/bench/Forewave.Bench.Peers" --configuration Release --verbosity quiet --nologo >&2
exec "$root/bench/Forewave.Bench.Peers/bin/Release/net10.0/Forewave.Bench.Peers" "$@"
