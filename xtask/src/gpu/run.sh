#!/usr/bin/env bash
# Runs the tests and the benchmark of keops on the NVIDIA GPU of this machine. Made by `cargo xtask gpu --build`; it needs no
# Rust. The record is record.md in this folder, what the programs print is in logs/. Variables: KEOPS_TEST_DEVICE (cuda:0),
# PYTHON (python3, or with torch and pykeops from the folder wheels/ or the package index), KEOPS_GPU_OPTIONS for the benchmark.
set -uo pipefail
cd "$(dirname "$0")" || exit 1
if ! gpus=$(nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm --format=csv,noheader 2>&1); then
    echo "no NVIDIA GPU on this machine: nvidia-smi says: $gpus" >&2
    exit 1
fi
export KEOPS_TEST_DEVICE=${KEOPS_TEST_DEVICE:-cuda:0} KEOPS_REQUIRE_GPU_CODE=1
mkdir -p logs
failed=0
record() { printf '%s\n' "$*" | tee -a record.md; }

: >record.md
record "# keops on a GPU, $(date -u +%F)"
record
record "$gpus (name, driver, memory, highest clock); $(uname -sm), $(nproc) cores."
record "$(cat built.md)"
record
record "## Tests on $KEOPS_TEST_DEVICE"
record
# Each line of tests.txt: a program and the tests of it that use a device, nothing for all.
while read -r program filter; do
    # shellcheck disable=SC2086 # a filter is one word or nothing
    "tests/$program" $filter >"logs/$program.log" 2>&1
    status=$?
    result=$(grep '^test result:' "logs/$program.log" | tail -1)
    skipped=$(grep -c SKIPPED "logs/$program.log")
    record "- $program${filter:+ ($filter)}: ${result:-exit status $status}$([ "$skipped" = 0 ] || echo " ($skipped times SKIPPED)")"
    if [ $status != 0 ]; then
        failed=1
        tail -40 "logs/$program.log"
    fi
done <tests.txt

if command -v compute-sanitizer >/dev/null; then
    while read -r program filter; do
        for tool in memcheck racecheck; do
            # shellcheck disable=SC2086
            compute-sanitizer --tool $tool --error-exitcode 99 "tests/$program" $filter >"logs/$tool-$program.log" 2>&1
            status=$?
            record "- compute-sanitizer $tool, $program $filter: $(grep 'ERROR SUMMARY' "logs/$tool-$program.log" | tail -1) (exit status $status)"
            [ $status = 0 ] || failed=1
        done
    done <sanitized.txt
else
    record "- SKIPPED: there is no compute-sanitizer"
fi

record
record "## Rates"
record
python=${PYTHON:-python3}
if ! "$python" -c 'import torch, pykeops' 2>/dev/null; then
    from=()
    [ -d wheels ] && from=(--no-index --find-links wheels)
    echo "installing torch and pykeops ..."
    if python3 -m venv python >logs/pip.log 2>&1 &&
        python/bin/python -m pip install --retries 1 --timeout 20 "${from[@]}" torch pykeops numpy >>logs/pip.log 2>&1; then
        python=python/bin/python
    else
        echo "pip cannot install torch and pykeops here, see logs/pip.log"
    fi
fi
# shellcheck disable=SC2086
if ./gpu --device "$KEOPS_TEST_DEVICE" --python "$python" --output rates.md ${KEOPS_GPU_OPTIONS:-} 2>logs/rates.log; then
    cat rates.md >>record.md
else
    failed=1
    record "The benchmark failed:"
    record "$(tail -5 logs/rates.log)"
fi
[ $failed = 0 ] || record "
SOMETHING FAILED, see above."
exit $failed
