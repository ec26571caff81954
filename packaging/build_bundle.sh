#!/bin/sh
# Builds dist/quayside (both programs and all they need) with PyInstaller, and starts each once.
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
work=$top/build/bundle
made=$top/dist/quayside

uv=$(command -v uv || find "$top/.cache" -path '*/bin/uv' 2>/dev/null | head -n 1)
[ -n "$uv" ] || { echo "build_bundle: uv is missing; ./run install gets it" >&2; exit 1; }

cd "$top"
# An environment of its own, with the package as a wheel: what is bundled is what is shipped.
UV_PROJECT_ENVIRONMENT=$work/venv "$uv" sync --frozen --quiet --no-default-groups \
    --group bundle --no-editable --reinstall-package quayside-explorer --refresh-package quayside-explorer
# Not from the checkout: its folder would be taken for the package.
cd "$work"
"$work/venv/bin/python" -m PyInstaller --noconfirm --log-level WARN \
    --distpath "$top/dist" --workpath "$work/parts" "$top/packaging/bundle/quayside.spec"

# --- does it start, far from the checkout and with nothing of this environment?

home=$(mktemp -d)
window=
cleanup() {
    if [ -n "$window" ]; then
        kill "$window" 2>/dev/null || :
        wait "$window" || :
    fi
    rm -rf "$home"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP
cd "$home"
alone() {
    exec env -i HOME="$home" PATH=/usr/bin:/bin LC_ALL=C.UTF-8 QUAYSIDE_DATA_DIR="$home/data" \
        PYTHON_KEYRING_BACKEND=keyring.backends.fail.Keyring QT_QPA_PLATFORM=offscreen "$@"
}
(alone "$made/quayside" --version)
(alone "$made/quayside" --help >/dev/null)

alone "$made/quayside-gui" &
window=$!
tries=150
until grep -q libqoffscreen "/proc/$window/maps" 2>/dev/null; do
    tries=$((tries - 1))
    if [ "$tries" = 0 ] || ! kill -0 "$window" 2>/dev/null; then
        echo "build_bundle: the window did not start" >&2
        exit 1
    fi
    sleep 0.1
done
sleep 3
kill -0 "$window" || { echo "build_bundle: the window ended by itself" >&2; exit 1; }
echo "build_bundle: $made holds both programs, $(du -sh "$made" | cut -f1)"
