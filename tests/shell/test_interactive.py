"""Sessions at a prompt, as a terminal shows them."""

from __future__ import annotations

from tests.shell.support import container, run, text


def test_bash_in_ubuntu() -> None:
    result = run(container("gnu"), "bash", tty=True,
                 stdin=b"echo hi\nfoo\ncd /tmp\nif true\nthen echo x\nfi\ncat > f\nline\n")
    assert result.output == ((1, (
        b"root@box:/# echo hi\nhi\n"
        b"root@box:/# foo\nbash: foo: command not found\n"
        b"root@box:/# cd /tmp\n"
        b"root@box:/tmp# if true\n> then echo x\n> fi\nx\n"
        b"root@box:/tmp# cat > f\nline\n"
        b"root@box:/tmp# exit\n"
    )),)
    assert result.process.status == 0


def test_bash_at_a_terminal_leaves_its_folder_out_of_errors() -> None:
    # As bash 5.2 does: /bin/bash -i <<< 'nosuch' against /bin/bash -c nosuch.
    typed = run(container("gnu"), "/bin/bash", tty=True, stdin=b"nosuch\ncd /no\nif )\n")
    assert text(typed) == (
        "root@box:/# nosuch\nbash: nosuch: command not found\n"
        "root@box:/# cd /no\nbash: cd: /no: No such file or directory\n"
        "root@box:/# if )\nbash: syntax error near unexpected token `)'\nroot@box:/# exit\n")
    script = run(container("gnu"), "/bin/bash", "-c", "nosuch")
    assert text(script, 2) == "/bin/bash: line 1: nosuch: command not found\n"


def test_busybox_ash() -> None:
    result = run(container(), "sh", tty=True,
                 stdin=b'echo "a\nb"\ncd\nls /nofile\ndone\ncd /no\nexit 3\n')
    assert text(result) == (
        '/ # echo "a\n> b"\na\nb\n/ # cd\n~ # ls /nofile\n'
        "ls: /nofile: No such file or directory\n"
        '~ # done\nsh: syntax error: unexpected "done"\n'
        "~ # cd /no\nsh: cd: can't cd to /no: No such file or directory\n~ # exit 3\n"
    )
    assert result.process.status == 3


def test_exit_in_bash_is_said() -> None:
    result = run(container("gnu"), "bash", tty=True, stdin=b"exit 4\n")
    assert (text(result), result.process.status) == ("root@box:/# exit 4\nexit\n", 4)


def test_no_prompt_without_a_terminal() -> None:
    result = run(container(), "sh", stdin=b"echo a\necho b >&2\nexit 4\n")
    assert (result.output, result.process.status) == (((1, b"a\n"), (2, b"b\n")), 4)


def test_programs_share_the_script_with_bash_only() -> None:
    script = b"cat\nhello\nworld\n"
    assert text(run(container("gnu"), "bash", stdin=script)) == "hello\nworld\n"
    read_ahead = run(container("gnu"), "sh", stdin=script)
    assert text(read_ahead, 2) == "sh: 2: hello: not found\nsh: 3: world: not found\n"
    assert text(run(container("gnu"), "bash", stdin=b"read x\nhello\necho got $x\n")) == (
        "got hello\n"
    )


def test_columns_on_a_terminal() -> None:
    files = container()
    run(files, "sh", "-c", "mkdir /d; cd /d; touch a bb ccc")
    # busybox 1.35 in its default configuration, which is that of Docker's images.
    assert text(run(files, "ls", "/d", tty=True)) == (
        "\x1b[0;0ma\x1b[m    \x1b[0;0mbb\x1b[m   \x1b[0;0mccc\x1b[m\n")
    assert text(run(container("gnu"), "bash", "-c", "mkdir /d; cd /d; touch a bb ccc; ls",
                    tty=True)) == "a  bb  ccc\n"
