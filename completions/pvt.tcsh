# Completion of pvt for tcsh 6.18 or later. Install:
#   pvt completion tcsh > ~/.pvt.tcsh
# and in ~/.tcshrc: if ( -r ~/.pvt.tcsh ) source ~/.pvt.tcsh
# tcsh completes files by itself, after the words that are listed here; for all else it asks pvt.

complete {pvt,*/pvt} @rules@
complete {pvt.cjs,*/pvt.cjs} @rules@
