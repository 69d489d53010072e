#!/bin/bash
# One experiment by a SLURM job array: task 0 asks, every task works, and all of them see one folder of results.
# It can be submitted again at any time, after a time limit or a failure: what is stored is not done again.
#
#     sbatch --array=0-31 examples/slurm/array.sh ours sweep budget -n 8
#
# The first word is the experiment's name, the others are the command of village that asks for it.

#SBATCH --job-name=village
#SBATCH --cpus-per-task=1
#SBATCH --mem=2G
#SBATCH --time=04:00:00
#SBATCH --signal=TERM@60

set -eu
name=$1
shift
results=${VILLAGE_RESULTS:-results}

if [ "${SLURM_ARRAY_TASK_ID:-0}" = 0 ]; then
    village "$@" --name "$name" --results "$results" --executor folder &
    asking=$!
    village worker "$results/$name"
    wait "$asking"
else
    exec village worker "$results/$name"
fi
