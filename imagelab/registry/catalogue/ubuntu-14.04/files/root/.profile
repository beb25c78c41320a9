# Read by root's login shell.

if [ "$BASH" ] && [ -f ~/.bashrc ]; then
    . ~/.bashrc
fi

mesg n
