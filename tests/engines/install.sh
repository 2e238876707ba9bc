#!/bin/sh
# Installs the Debian packages named as arguments, or tells the one line that does.
#
#   tests/engines/install.sh docker.io iptables iproute2
#
# Ends with 0 at once if each package is installed or its programs are here anyway. Otherwise it installs only where
# nobody would be surprised: as root where no systemd runs (a container), or where CI=true. What it installs is neither
# started nor enabled: the tests start their own. Anywhere else it prints the line to type and ends with 1.
set -eu
PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin
export PATH

have() {
    for program in "$@"; do
        command -v "$program" >/dev/null 2>&1 || return 1
    done
}

static_busybox() {
    have busybox && ! ldd "$(command -v busybox)" 2>/dev/null | grep -q '=>'
}

# Whether the programs that we want of a package are here, also where another package brought them.
programs_of() {
    case $1 in
        busybox-static) static_busybox ;;
        chromium) have chromium ;;
        docker-registry) have docker-registry ;;
        docker.io) have dockerd containerd docker ;;
        iproute2) have ip ;;
        iptables) have iptables ;;
        openssh-client) have ssh ssh-keygen ;;
        openssh-server) have sshd ssh ssh-keygen ;;
        openssl) have openssl ;;
        util-linux) have setpriv unshare nsenter ;;
        *) return 1 ;;
    esac
}

# docker.io is not asked for by its name: newer Debians keep the client in a package of its own.
installed() {
    programs_of "$1" && return 0
    [ "$1" != docker.io ] && dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

missing=
for package in "$@"; do
    installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! have apt-get || [ "$(id -u)" -ne 0 ] || { [ -d /run/systemd/system ] && [ "${CI:-}" != true ]; }; then
    echo "Some packages are missing. On Debian or Ubuntu type:" >&2
    echo "    sudo apt-get install -y --no-install-recommends$missing" >&2
    exit 1
fi

log=$(mktemp)
policy=/usr/sbin/policy-rc.d
ours=
cleanup() {
    [ -z "$ours" ] || rm -f "$policy"
    rm -f "$log"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

quietly() {
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        echo "install.sh: this failed: $*" >&2
        exit 1
    fi
}

if [ ! -e "$policy" ]; then
    ours=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy" # no service may be started: man invoke-rc.d
    chmod 755 "$policy"
fi

services() {
    find /etc/systemd/system /etc/rc?.d -type l 2>/dev/null
}

echo "installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
enabled=$(services)
quietly apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 update
case $missing in
    *docker.io*) if apt-cache show docker-cli >/dev/null 2>&1; then missing="$missing docker-cli"; fi ;;
esac
# shellcheck disable=SC2086 # one word for each package
quietly apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 install -y --no-install-recommends $missing

# Links that are new are services that the packages enabled: they would start at the next boot.
services | while read -r link; do
    case "
$enabled
" in
        *"
$link
"*) ;;
        *) rm -f "$link" ;;
    esac
done
