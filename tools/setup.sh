#!/usr/bin/env bash
# Installs the Debian 12 packages that building and testing Daybook needs. Says nothing and does
# nothing when none is missing.
#
#   tools/setup.sh             install what is missing (as root, or through sudo)
#   tools/setup.sh --build     only what building and running need, not the tools of the tests
#   tools/setup.sh --list      print what is missing, one name a line; exit 1 when anything is
set -euo pipefail

build_packages=(
  g++ cmake ninja-build ccache pkg-config
  liblmdb-dev libboost1.81-dev libflatbuffers-dev flatbuffers-compiler libxxhash-dev
  libcli11-dev libspdlog-dev libfmt-dev nlohmann-json3-dev libssl-dev libexpat1-dev libsqlite3-dev
  libhowardhinnant-date-dev tzdata  # time zones
  libgtest-dev libgmock-dev libbenchmark-dev  # configured with the rest: CMake looks for them
  python3 git
)
test_packages=(
  clang clang-14 libclang-rt-14-dev clang-format clang-tidy  # thread roles, fuzzing, format
  strace                                                     # crash points
  util-linux                                                 # flock, in the tests of locks
)

usage() {
  sed -n '2,/^set -/{/^#/s/^# \{0,1\}//p}' "$0"
}

packages=("${build_packages[@]}" "${test_packages[@]}")
list_only=no
for argument in "$@"; do
  case "$argument" in
    --build) packages=("${build_packages[@]}") ;;
    --list) list_only=yes ;;
    -h | --help) usage; exit 0 ;;
    *) echo "setup.sh: unknown option $argument; try --help" >&2; exit 2 ;;
  esac
done

if ! command -v dpkg-query >/dev/null; then
  echo "setup.sh: this is not a Debian system. Install these packages' equivalents by hand:" >&2
  echo "  ${packages[*]}" >&2
  exit 2
fi

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ "$state" == installed ]] || missing+=("$package")
done

if ((${#missing[@]} == 0)); then exit 0; fi
if [[ "$list_only" == yes ]]; then printf '%s\n' "${missing[@]}"; exit 1; fi

as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "setup.sh: not root, and there is no sudo. Ask an administrator to run:" >&2
    echo "  apt-get install ${missing[*]}" >&2
    exit 2
  fi
  as_root=(sudo)
fi

echo "setup: installing ${#missing[@]} Debian packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get --quiet --yes "$@" \
    >"$log" 2>&1 </dev/null
}
# The lists may be older than the archive, or not be there at all: refresh them first. A failure
# of that alone is not the end, because the packages may be at hand all the same.
apt update || echo "setup: apt-get update failed; trying with the lists that are here" >&2
if ! apt install --no-install-recommends "${missing[@]}"; then
  tail -n 20 "$log" >&2
  echo "setup.sh: apt-get could not install them (its last lines are above)." >&2
  echo "setup.sh: Daybook is built on Debian 12; check the network and the apt sources." >&2
  exit 2
fi
echo "setup: done"
