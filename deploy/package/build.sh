#!/usr/bin/env bash
# Builds what is installed: a self-contained single file for each runtime, a .deb of it, and the dotnet tool; then tries each of them.
#
#   deploy/package/build.sh [OUTPUT]            OUTPUT: artifacts
#   RUNTIMES="linux-x64 linux-arm64" …          linux-x64 unless told; another architecture's is built and not tried
#   SKIP_TRIAL=1 …                              builds only
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
output=$(realpath -m "${1:-$root/artifacts}")
read -r -a runtimes <<< "${RUNTIMES:-linux-x64}"
version=$(sed -n 's|.*<VersionPrefix>\(.*\)</VersionPrefix>.*|\1|p' "$root/Directory.Build.props")
work=$(mktemp -d)
broker=""

cleanup() {
    if [ -n "$broker" ]; then kill -9 "$broker" 2> /dev/null || true; fi
    rm -rf "$work"
}
trap cleanup EXIT

say() { printf 'package: %s\n' "$*"; }
fail() { printf 'package: %s\n' "$*" >&2; exit 1; }

command -v dotnet > /dev/null || fail "the .NET SDK 10 is missing"
[ -n "$version" ] || fail "no VersionPrefix in Directory.Build.props"
mkdir -p "$output"

quiet=(-v q --nologo --disable-build-servers -p:UseSharedCompilation=false)

build_single_file() { # RUNTIME FOLDER
    dotnet publish "$root/src/Forewave.Cli/Forewave.Cli.csproj" -c Release -r "$1" --self-contained true -o "$2" "${quiet[@]}" \
        -p:PublishSingleFile=true -p:IncludeNativeLibrariesForSelfExtract=true -p:EnableCompressionInSingleFile=true \
        -p:DebugType=none -p:GenerateDocumentationFile=false -p:ArtifactsPath="$work/build-$1"
}

debian_name() { case "$1" in linux-x64) echo amd64 ;; linux-arm64) echo arm64 ;; *) fail "no Debian architecture for $1" ;; esac; }

build_deb() { # RUNTIME BINARY
    local tree="$work/deb-$1" arch
    arch=$(debian_name "$1")
    install -D -m 0755 "$2" "$tree/usr/bin/forewave"
    install -D -m 0644 "$root/deploy/systemd/forewave.service" "$tree/usr/lib/systemd/system/forewave.service"
    install -D -m 0640 "$root/deploy/systemd/forewave.yaml" "$tree/etc/forewave/forewave.yaml"
    install -D -m 0644 "$root/LICENSE" "$tree/usr/share/doc/forewave/copyright"
    install -D -m 0644 "$root/docs/running.md" "$tree/usr/share/doc/forewave/running.md"
    mkdir -p "$tree/DEBIAN"
    sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$arch/" -e "s/@KIBIBYTES@/$(du -sk "$tree/usr" | cut -f1)/" \
        "$root/deploy/package/control" > "$tree/DEBIAN/control"
    echo /etc/forewave/forewave.yaml > "$tree/DEBIAN/conffiles"
    install -m 0755 "$root/deploy/package/postinst" "$root/deploy/package/prerm" "$root/deploy/package/postrm" "$tree/DEBIAN/"
    dpkg-deb --root-owner-group --build "$tree" "$output/forewave_${version}_$arch.deb" > /dev/null
}

build_tool() {
    dotnet pack "$root/src/Forewave.Cli/Forewave.Cli.csproj" -c Release -o "$output" "${quiet[@]}" -p:ForewaveTool=true -p:ArtifactsPath="$work/build-tool"
}

try() { # NAME COMMAND...: a broker of it takes a message, a consumer of it gets it back, SIGTERM ends it cleanly
    local name="$1" address line
    shift
    mkdir -p "$work/data-$name"
    "$@" serve --data "$work/data-$name" --listen 127.0.0.1:0 --http 127.0.0.1:0 > "$work/ready-$name" 2> "$work/log-$name" &
    broker=$!
    for _ in $(seq 1 300); do
        line=$(head -n 1 "$work/ready-$name" 2> /dev/null || true)
        [ -n "$line" ] && break
        kill -0 "$broker" 2> /dev/null || fail "$name: the broker ended: $(tail -n 3 "$work/log-$name")"
        sleep 0.1
    done
    address=$(sed -n 's/^forewave ready listen=\([^ ]*\) .*/\1/p' <<< "$line")
    [ -n "$address" ] || fail "$name: the broker did not get ready: $(tail -n 3 "$work/log-$name")"
    "$@" publish tried "a message" --server "$address" > /dev/null || fail "$name: publish failed"
    [ "$("$@" consume tried --group tries --max 1 --server "$address")" = "a message" ] || fail "$name: the message did not come back"
    "$@" doctor --data "$work/data-$name" --listen "$address" > "$work/doctor-$name" || grep -q '^fault    sync\|^fault    file-system' "$work/doctor-$name" \
        || fail "$name: doctor found: $(grep '^fault' "$work/doctor-$name")"
    kill -TERM "$broker"
    wait "$broker" || fail "$name: the broker ended with $?"
    broker=""
    say "$name was tried: published, consumed, stopped"
}

for runtime in "${runtimes[@]}"; do
    say "single file for $runtime"
    build_single_file "$runtime" "$work/$runtime"
    install -m 0755 "$work/$runtime/forewave" "$output/forewave-$version-$runtime"
    if command -v dpkg-deb > /dev/null; then
        say "Debian package for $runtime"
        build_deb "$runtime" "$work/$runtime/forewave"
    else
        say "no dpkg-deb here: no Debian package"
    fi
done
say "dotnet tool"
build_tool

if [ -z "${SKIP_TRIAL:-}" ]; then
    case "$(uname -m)" in x86_64) own=linux-x64 ;; aarch64) own=linux-arm64 ;; *) own=none ;; esac
    if [ -x "$output/forewave-$version-$own" ]; then
        export DOTNET_BUNDLE_EXTRACT_BASE_DIR="$work/bundle"
        try "single-file" "$output/forewave-$version-$own"
    fi
    if [ "$own" != none ] && [ -f "$output/forewave_${version}_$(debian_name "$own").deb" ]; then
        dpkg-deb -x "$output/forewave_${version}_$(debian_name "$own").deb" "$work/installed"
        try "deb" "$work/installed/usr/bin/forewave"
    fi
    dotnet tool install Forewave.Tool --tool-path "$work/tools" --add-source "$output" --version "$version" > "$work/tool.log" 2>&1 || fail "the tool was not installed: $(tail -n 3 "$work/tool.log")"
    try "tool" "$work/tools/forewave"
fi
(cd "$output" && sha256sum forewave*"$version"* Forewave.Tool."$version".nupkg > SHA256SUMS)
say "in $output:"
(cd "$output" && ls -l forewave*"$version"* Forewave.Tool."$version".nupkg SHA256SUMS)
