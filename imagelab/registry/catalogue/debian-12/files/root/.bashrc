# Read by root's interactive bash.

# PS1='${debian_chroot:+($debian_chroot)}\h:\w\$ '
# umask 022

# export LS_OPTIONS='--color=auto'
# alias ls='ls $LS_OPTIONS'
# alias ll='ls $LS_OPTIONS -l'
